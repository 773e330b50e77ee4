using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Comparison;

/// <summary>
/// Tells whether two nodes of two object files mean the same: equal bytes where there is no reference, and references that lead to
/// what has the same name. What belongs to one function only (LSDA, exception table, constants) is compared by content, because ILC
/// merges equal LSDAs under the name of one of their owners.
/// </summary>
internal sealed class NodeComparer(IlcObject old, IlcObject @new)
{
    private readonly Dictionary<(string, string), bool> _results = [];

    public bool Same(IlcNode a, IlcNode b)
    {
        if (!_results.TryGetValue((a.Name, b.Name), out bool same))
        {
            // Presumed while it is being found out: data of a function can refer back to the function.
            _results[(a.Name, b.Name)] = true;
            _results[(a.Name, b.Name)] = same = Compare(a, b);
        }
        return same;
    }

    /// <summary>True for data that only its function refers to; it travels with the function.</summary>
    public static bool BelongsToFunction(IlcNodeKind kind) =>
        kind is IlcNodeKind.Lsda or IlcNodeKind.ExceptionInfo or IlcNodeKind.MethodData or IlcNodeKind.AssociatedData;

    private bool Compare(IlcNode a, IlcNode b)
    {
        if (a.Kind != b.Kind || a.Prefix != b.Prefix || a.Size != b.Size)
            return false;
        ReadOnlySpan<IlcReference> x = old.ReferencesOf(a), y = @new.ReferencesOf(b);
        return SameReferences(x, y)
            && Masked(old, a, x).AsSpan().SequenceEqual(Masked(@new, b, y))
            && (a.Kind != IlcNodeKind.DispatchCell || old.DispatchSlotOf(a) == @new.DispatchSlotOf(b))
            && SameFrames(a, b);
    }

    private bool SameReferences(ReadOnlySpan<IlcReference> x, ReadOnlySpan<IlcReference> y)
    {
        if (x.Length != y.Length)
            return false;
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i].Offset != y[i].Offset || x[i].Kind != y[i].Kind || x[i].Addend != y[i].Addend || !SameTarget(x[i].Target, y[i].Target))
                return false;
        }
        return true;
    }

    private bool SameTarget(string x, string y)
    {
        IlcNode? a = old.Nodes.GetValueOrDefault(x), b = @new.Nodes.GetValueOrDefault(y);
        if (a is not null && b is not null && BelongsToFunction(a.Kind) && BelongsToFunction(b.Kind))
            return Same(a, b);
        return a?.Name == b?.Name && (a is not null || x == y);
    }

    private bool SameFrames(IlcNode a, IlcNode b)
    {
        if (!a.IsCode)
            return true;
        var x = old.Frames.Of(a);
        var y = @new.Frames.Of(b);
        if (x.Length != y.Length)
            return false;
        for (int i = 0; i < x.Length; i++)
        {
            Frame f = x[i], g = y[i];
            if (f.CodeOffset != g.CodeOffset || f.Length != g.Length || f.LsdaAddend != g.LsdaAddend
                || !Instructions(f).SequenceEqual(Instructions(g))
                || !f.Cie.AsSpan().SequenceEqual(g.Cie.AsSpan())
                || !SameTarget(f.Lsda, g.Lsda))
                return false;
        }
        return true;
    }

    // DW_CFA_nop, a zero, fills a record up to the alignment of the next one; the last record of an object has other neighbours.
    private static ReadOnlySpan<byte> Instructions(Frame frame) => frame.Record.AsSpan()[FrameLayout.CfiOffset..].TrimEnd((byte)0);

    private static byte[] Masked(IlcObject owner, IlcNode node, ReadOnlySpan<IlcReference> references)
    {
        byte[] bytes = owner.BytesOf(node);
        foreach (IlcReference reference in references)
            bytes.AsSpan((int)reference.Offset, reference.Kind == IlcReferenceKind.Absolute64 ? 8 : 4).Clear();
        // The hash of the type's name: the compiler numbers generated types anew, and a type under another number is the same type.
        // The baseline's MethodTable stays in use, with the hash that the baseline's tables know.
        int hash = (int)node.Prefix + MethodTableLayout.HashOffset;
        if (node.IsType && node.Kind != IlcNodeKind.StaticsType && hash + 4 <= bytes.Length)
            bytes.AsSpan(hash, 4).Clear();
        return bytes;
    }
}
