using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>Why something is refused: the diagnostic, and what its message says behind the type's name.</summary>
internal readonly record struct Objection(DiagnosticDescriptor Descriptor, params object?[] Arguments);

/// <summary>
/// Decides which static fields with references, and which objects that the compiler made, a patch can bring along. Code reaches such fields through a
/// cell that holds the address of an object; the runtime makes that object when the program starts. For a type that a patch brings, the object
/// is one of the blocks that the baseline has reserved, and the cell lies in the image.
/// </summary>
internal sealed class NewStatics(ObjectComparison comparison)
{
    private readonly Lazy<ImmutableArray<ReservedBlock>> _reserved = new(() => ReservedStatics.Of(comparison.Old));
    private bool _used;

    /// <summary>The baseline's blocks, where something that has been asked for needs one.</summary>
    public ImmutableArray<ReservedBlock> UsedBlocks => _used ? _reserved.Value : [];

    /// <summary>Whether a reference of a node is part of what the image contains. The MethodTable of a statics holder is not: the block has its own.</summary>
    public static bool IsKept(IlcNode from, IlcNode? target) => from.Kind != IlcNodeKind.GCStatics || target is { Kind: IlcNodeKind.PreInitializedData };

    /// <summary>Why the static fields behind a new cell cannot be brought, or null.</summary>
    public Objection? WhyNot(IlcNode cell)
    {
        _used = true;
        if (_reserved.Value.IsEmpty)
            return new Objection(NativeDiagnostics.NoStaticBlocks);
        // A word that is no reference would be taken for one by the garbage collector.
        if (ReservedStatics.WordsOf(comparison.New, ReservedStatics.HolderOf(comparison.New, cell)) is not { } words)
            return new Objection(NativeDiagnostics.MixedStatics);
        uint largest = _reserved.Value.Max(b => b.Words);
        return words > largest ? new Objection(NativeDiagnostics.ManyStatics, words, largest) : null;
    }

    /// <summary>
    /// Why a pre-allocated object cannot be brought, or null. The garbage collector looks neither into those of the baseline nor into those of an image,
    /// and ILC makes none whose references could be changed (TypePreinit.cs): they lead to other such objects.
    /// </summary>
    public string? WhyNotFrozen(IlcNode node)
    {
        ReadOnlySpan<IlcReference> references = comparison.New.ReferencesOf(node);
        if (references.IsEmpty || references[0].Offset != node.Prefix || !comparison.New.Nodes.TryGetValue(references[0].Target, out IlcNode? type) || type.Kind != IlcNodeKind.ConstructedType)
            return "it has no type";
        if (comparison.Old.Nodes.TryGetValue(type.Name, out IlcNode? known) && known.Kind != IlcNodeKind.ConstructedType)
            return "the baseline makes no objects of its type";
        return null;
    }
}
