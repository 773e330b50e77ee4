using System.Globalization;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>A byte of a process's code, changed behind the product's back as a debugger's breakpoint would, until it is disposed of.</summary>
internal sealed class ForeignByte : IDisposable
{
    private const byte Breakpoint = 0xCC;

    private readonly int _pid;
    private readonly ulong _address;
    private readonly byte _original;

    public ForeignByte(int pid, ulong address)
    {
        (_pid, _address) = (pid, address);
        using FileStream memory = Open();
        _original = (byte)memory.ReadByte();
        Write(memory, Breakpoint);
    }

    public void Dispose()
    {
        using FileStream memory = Open();
        Write(memory, _original);
    }

    private void Write(FileStream memory, byte value)
    {
        memory.Position = (long)_address;
        memory.WriteByte(value);
    }

    private FileStream Open()
    {
        var memory = new FileStream(string.Create(CultureInfo.InvariantCulture, $"/proc/{_pid}/mem"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        memory.Position = (long)_address;
        return memory;
    }
}
