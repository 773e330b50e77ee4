using System.Buffers.Binary;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>The places in the baseline where an image redirects control.</summary>
internal static class PatchPoints
{
    private const uint Alignment = 8;

    /// <summary>Memory holds at every patch point what the delta's author had in front of him: the original body, behind our own jump where it is patched.</summary>
    /// <param name="image">The image.</param>
    /// <param name="known">The functions that are known, by their baseline address.</param>
    /// <param name="target">The process.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">It does not.</exception>
    public static void Check(NativePatchImage image, IReadOnlyDictionary<ulong, PatchedFunction> known, NativeTarget target)
    {
        var seen = new HashSet<ulong>();
        foreach (var function in image.Functions)
        {
            if (function.PatchPoint is not { } point)
                continue;
            var address = unchecked(point.Address + target.LoadBias);
            var original = point.Original.AsSpan();
            if (address % Alignment != 0 || original.Length < sizeof(ulong) || original.Length < point.Size
                || !target.Module.Holds(address, (ulong)original.Length) || point.Size == 0)
                throw EngineDiagnostics.PatchPointOutside.With(target.Name, function.DisplayName, point.Address).AsException();
            if (!seen.Add(address))
                throw EngineDiagnostics.SamePatchPoint.With(point.Address).AsException();
            CheckBytes(function, address, original, known.GetValueOrDefault(address), target);
        }
    }

    private static void CheckBytes(PatchFunction function, ulong address, ReadOnlySpan<byte> original, PatchedFunction? known, NativeTarget target)
    {
        var now = new byte[original.Length];
        target.Memory.Read(address, now);
        var word = BinaryPrimitives.ReadUInt64LittleEndian(now);
        if (known is not null && word == known.PatchedWord)
            BinaryPrimitives.WriteUInt64LittleEndian(now, known.OriginalWord);
        var same = now.AsSpan().CommonPrefixLength(original);
        if (same != original.Length)
            throw EngineDiagnostics.OriginalBytes.With(target.Name, function.DisplayName, same).AsException();
    }
}
