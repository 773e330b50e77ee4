using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>What a patch consists of: the changed functions and all that they need and the baseline does not have.</summary>
internal sealed class PatchContent
{
    private readonly HashSet<string> _brought;
    private readonly IReadOnlyDictionary<string, PatchPoint> _patchPoints;
    private readonly INativeNames _names;

    public PatchContent(
        ObjectComparison comparison, IReadOnlyCollection<IlcNode> brought, IReadOnlyDictionary<string, PatchPoint> patchPoints,
        ImmutableArray<ReservedBlock> reservedBlocks, INativeNames names)
    {
        Comparison = comparison;
        Brought = [.. brought.OrderBy(n => n.Kind).ThenBy(n => n.Name, StringComparer.Ordinal)];
        Functions = [.. Brought.Where(n => n.Kind == IlcNodeKind.Method)];
        Replaced = [.. Functions.Where(f => patchPoints.ContainsKey(f.Name)).Select(f => comparison.Old.Nodes[f.Name])];
        _brought = [.. brought.Select(n => n.Name)];
        _patchPoints = patchPoints;
        _names = names;
        ReservedBlocks = reservedBlocks;
    }

    public ObjectComparison Comparison { get; }

    /// <summary>All nodes of the new object file that the image contains, in the order in which they are placed.</summary>
    public ImmutableArray<IlcNode> Brought { get; }

    /// <summary>The methods among them.</summary>
    public ImmutableArray<IlcNode> Functions { get; }

    /// <summary>The baseline's methods that are redirected.</summary>
    public ImmutableArray<IlcNode> Replaced { get; }

    /// <summary>The baseline's blocks for static fields with references; empty where nothing of what is brought needs one.</summary>
    public ImmutableArray<ReservedBlock> ReservedBlocks { get; }

    /// <summary>Where the baseline's own copy is to be used: for every node that is not brought, and for every method that the baseline has
    /// (its patch point leads on to the new body).</summary>
    public IlcNode? BaselineOf(IlcNode target)
    {
        IlcNode? old = Comparison.Old.Nodes.GetValueOrDefault(target.Name);
        return old is not null && (!_brought.Contains(target.Name) || _patchPoints.ContainsKey(target.Name)) ? old : null;
    }

    public PatchPoint? PatchPointOf(IlcNode function) => _patchPoints.GetValueOrDefault(function.Name);

    /// <summary>SHA-256 of what the static fields of a type are; empty where a later patch starts with new ones (<see cref="StaticStorage.Layout"/>).</summary>
    public ImmutableArray<byte> StaticsLayoutOf(IlcNode statics) => _names.StaticsLayoutOf(statics.Name) is { } layout ? [.. SHA256.HashData(Encoding.UTF8.GetBytes(layout))] : [];

    public string DisplayNameOf(IlcNode function) => _names.DisplayNameOf(function.Name);
}
