using System.Collections.Frozen;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native.Audit;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>The patch points of a recorded baseline: what the audit of its build refused stays refused, the rest is read again from the executable.</summary>
internal sealed class BaselinePatchPoints : IPatchPoints
{
    private readonly LinkedBaseline _linked;
    private readonly FrozenDictionary<string, string> _unpatchable;
    private readonly BodyReader? _reader;

    public BaselinePatchPoints(LinkedBaseline linked, BaselineAudit audit)
    {
        _linked = linked;
        _unpatchable = audit.Unpatchable.DistinctBy(f => f.Symbol).ToFrozenDictionary(f => f.Symbol, f => f.Reason, StringComparer.Ordinal);
        if (linked.Executable.FindSection("__managedcode") is { } section)
            _reader = new BodyReader(linked.Executable, section);
    }

    public PatchPoint? Find(IlcNode method, out string reason)
    {
        ulong address = _linked.AddressOf(method);
        if (_unpatchable.TryGetValue(method.Name, out string? why) || _reader is null)
        {
            reason = why ?? "the executable has no managed code";
            return null;
        }
        if (address % 16 != 0 || method.Size == 0)
        {
            reason = "its entry is not aligned to 16 bytes";
            return null;
        }
        reason = "";
        bool wholeBodyIdle = _reader.Read(new CodeFunction(address, method.Size, address + method.Size), []) != BodyFinding.Nothing;
        // The image holds whole words: the switch stores one.
        int length = (int)(method.Size + 7 & ~7u);
        return new PatchPoint(address, method.Size, wholeBodyIdle, [.. _linked.ReadCode(address, length)]);
    }
}
