using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>A block that the baseline reserves for static fields with references.</summary>
/// <param name="Cell">The word that holds the block's address (GCStaticsNode.cs of ILC; InitializeStatics in StartupCodeHelpers.cs stores it there).</param>
/// <param name="Type">The block's MethodTable.</param>
/// <param name="Words">References that it has room for.</param>
internal sealed record ReservedBlock(IlcNode Cell, IlcNode Type, uint Words);

/// <summary>
/// The blocks of a baseline: the static fields of the classes that the package adds to every program (<c>prepare/HotpatchStatics.cs</c>). The
/// runtime allocates them on the pinned object heap, where they stay, and keeps them alive.
/// </summary>
internal static class ReservedStatics
{
    private const string Marker = "_HotpatchBuild_Generated_StaticBlocks_B";

    /// <summary>Finds them; none in a baseline that was built without them.</summary>
    public static ImmutableArray<ReservedBlock> Of(IlcObject baseline) =>
    [
        .. from cell in baseline.Nodes.Values
           where cell.Kind == IlcNodeKind.GCStatics && cell.Name.Contains(Marker, StringComparison.Ordinal)
           let type = HolderOf(baseline, cell)
           let words = WordsOf(baseline, type)
           where words is not null
           orderby cell.Name
           select new ReservedBlock(cell, type, words.Value),
    ];

    /// <summary>The MethodTable of the object behind a cell.</summary>
    public static IlcNode HolderOf(IlcObject @object, IlcNode cell)
    {
        foreach (IlcReference reference in @object.ReferencesOf(cell))
        {
            if (reference.Offset == cell.Prefix && @object.Nodes.TryGetValue(reference.Target, out IlcNode? type) && type.Kind == IlcNodeKind.StaticsType)
                return type;
        }
        throw @object.Unexpected($"{cell.Name} does not refer to the MethodTable of a statics holder");
    }

    /// <summary>How many fields a statics holder has, when each is a reference; otherwise null.</summary>
    public static uint? WordsOf(IlcObject @object, IlcNode type) => StaticsHolderLayout.ReferenceWords(@object.BytesOf(type), type.Prefix);

    /// <summary>The initial content of the object behind a cell, or null.</summary>
    public static IlcNode? InitialOf(IlcObject @object, IlcNode cell)
    {
        foreach (IlcReference reference in @object.ReferencesOf(cell))
        {
            if (@object.Nodes.TryGetValue(reference.Target, out IlcNode? content) && content.Kind == IlcNodeKind.PreInitializedData)
                return content;
        }
        return null;
    }
}
