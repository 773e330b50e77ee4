using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Where the target's mappings begin and end, read without an allocation on the managed heap so that it can be done inside a stop.</summary>
internal sealed unsafe class MappingSnapshot : IDisposable
{
    private readonly byte[] path;
    private byte* text;
    private nuint textSize = 1 << 16;
    private Region* regions;
    private nuint capacity = 1024;

    internal MappingSnapshot(TargetProcess target)
    {
        path = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{target.Folder}/maps\0"));
        text = (byte*)NativeMemory.Alloc(textSize);
        regions = (Region*)NativeMemory.Alloc(capacity, (nuint)sizeof(Region));
    }

    internal int Count { get; private set; }

    /// <summary>Reads the mappings again.</summary>
    /// <returns>False when the process has none any more.</returns>
    internal bool Refresh()
    {
        Count = 0;
        int descriptor;
        fixed (byte* name = path)
            descriptor = Files.Open(name, Files.ReadOnly | Files.CloseOnExec);
        if (descriptor < 0)
            return false;
        nuint length = 0;
        while (true)
        {
            if (length == textSize)
                text = (byte*)NativeMemory.Realloc(text, textSize *= 2);
            nint got = Files.Read(descriptor, text + length, (nint)(textSize - length));
            if (got > 0)
                length += (nuint)got;
            else if (got == 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
                break;
        }

        _ = Files.Close(descriptor);
        for (byte* at = text, end = text + length; at < end;)
        {
            byte* line = at;
            while (at < end && *at != '\n')
                at++;
            ReadOnlySpan<byte> bytes = new(line, (int)(at - line));
            at++;
            Region region;
            region.Start = Hex(ref bytes);
            region.End = Hex(ref bytes);
            region.Readable = bytes.Length > 0 && bytes[0] == 'r';
            region.MainStack = bytes.EndsWith("[stack]"u8);
            if ((nuint)Count == capacity)
                regions = (Region*)NativeMemory.Realloc(regions, (capacity *= 2) * (nuint)sizeof(Region));
            regions[Count++] = region;
        }

        return Count > 0;
    }

    /// <returns>The mapping that holds the address, or null.</returns>
    internal Region* Find(ulong address)
    {
        // The kernel lists them by address.
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (address < regions[middle].Start)
                high = middle - 1;
            else if (address >= regions[middle].End)
                low = middle + 1;
            else
                return regions + middle;
        }

        return null;
    }

    public void Dispose()
    {
        NativeMemory.Free(text);
        NativeMemory.Free(regions);
        text = null;
        regions = null;
        Count = 0;
    }

    /// <summary>Takes hexadecimal digits and the one character behind them.</summary>
    private static ulong Hex(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        int i = 0;
        for (; i < bytes.Length; i++)
        {
            int c = bytes[i];
            int digit = c is >= '0' and <= '9' ? c - '0' : c is >= 'a' and <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0)
                break;
            value = value << 4 | (uint)digit;
        }

        bytes = bytes[Math.Min(bytes.Length, i + 1)..];
        return value;
    }

    internal struct Region
    {
        internal ulong Start, End;
        internal bool Readable;

        /// <summary>The stack of the first thread, which grows at its low end and whose high end never moves.</summary>
        internal bool MainStack;
    }
}
