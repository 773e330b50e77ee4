using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Comparison;

/// <summary>A node that both object files have, and that differs.</summary>
internal readonly record struct ChangedNode(IlcNode Old, IlcNode New);

/// <summary>What differs between the object files of two revisions, node by node.</summary>
internal sealed class ObjectComparison
{
    private ObjectComparison(IlcObject old, IlcObject @new, NodeComparer comparer)
    {
        Old = old;
        New = @new;
        Comparer = comparer;
    }

    public IlcObject Old { get; }

    public IlcObject New { get; }

    public NodeComparer Comparer { get; }

    /// <summary>Nodes that both have and that differ, in the order of their names. Data of functions is left out: it counts as part of them.</summary>
    public IReadOnlyList<ChangedNode> Changed { get; private set; } = [];

    /// <summary>Nodes that only the new revision has, in the order of their names.</summary>
    public IReadOnlyList<IlcNode> Added { get; private set; } = [];

    /// <summary>Types of the baseline of which the new revision's code makes no objects, in the order of their names.</summary>
    public IEnumerable<IlcNode> NoLongerConstructed => Old.Nodes
        .Where(n => n.Value.Kind == IlcNodeKind.ConstructedType && n.Key == n.Value.Name && New.Nodes.GetValueOrDefault(n.Key)?.Kind != IlcNodeKind.ConstructedType)
        .OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value);

    public static ObjectComparison Compare(IlcObject old, IlcObject @new)
    {
        var result = new ObjectComparison(old, @new, new NodeComparer(old, @new));
        var changed = new List<ChangedNode>();
        var added = new List<IlcNode>();
        foreach ((string name, IlcNode node) in @new.Nodes)
        {
            if (name != node.Name || NodeComparer.BelongsToFunction(node.Kind) || node.Kind == IlcNodeKind.LookupTable)
                continue;
            if (!old.Nodes.TryGetValue(name, out IlcNode? before))
                added.Add(node);
            else if (!result.Comparer.Same(before, node))
                changed.Add(new ChangedNode(before, node));
        }
        result.Changed = [.. changed.OrderBy(c => c.New.Name, StringComparer.Ordinal)];
        result.Added = [.. added.OrderBy(n => n.Name, StringComparer.Ordinal)];
        return result;
    }
}
