using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Interop;
using Microsoft.Win32.SafeHandles;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>A running x86-64 program, identified for good, with its memory open for reading and writing.</summary>
/// <remarks>The memory is one open /proc/pid/mem: the kernel checks the permission at the open and binds the descriptor to the address space of that
/// moment (mem_open in fs/proc/base.c). A later process with the same pid, or the same process behind an exec, is never read or written through it.</remarks>
public sealed unsafe class TargetProcess : ITargetMemory, IDisposable
{
    private readonly SafeFileHandle memory;

    private TargetProcess(ProcessStatus status, int memoryTid, SafeFileHandle memory, string executable, ExecutableHeader header, ulong bias)
    {
        Pid = status.Pid;
        Name = status.Name;
        StartTime = status.StartTime;
        UserId = status.UserId;
        MemoryTid = memoryTid;
        this.memory = memory;
        ExecutablePath = executable;
        LoadBias = bias;
        TlsSize = header.TlsSize;
    }

    /// <summary>Process id.</summary>
    public int Pid { get; }

    /// <summary>Its name (comm).</summary>
    public string Name { get; }

    /// <summary>Clock ticks from boot to its start: with <see cref="Pid"/> it names this process and no later one.</summary>
    public ulong StartTime { get; }

    /// <summary>Effective user.</summary>
    public uint UserId { get; }

    /// <summary>The program's path as the kernel gives it; the file may have been deleted or replaced since.</summary>
    public string ExecutablePath { get; }

    /// <summary>What is added to the executable's link-time addresses; 0 for one that is not position-independent.</summary>
    public ulong LoadBias { get; }

    /// <summary>A thread that has the process's memory: the leader, or another one where the leader has ended.</summary>
    internal int MemoryTid { get; }

    /// <summary>Size of the executable's own block of thread-local variables, which ends at each thread's FS base.</summary>
    internal ulong TlsSize { get; }

    /// <summary>The open /proc/pid/mem.</summary>
    internal int MemoryDescriptor => (int)memory.DangerousGetHandle();

    /// <summary>/proc/pid/task/tid of <see cref="MemoryTid"/>.</summary>
    internal string Folder => TaskFolder(Pid, MemoryTid);

    /// <summary>Opens a process.</summary>
    /// <param name="pid">Its id.</param>
    /// <exception cref="HotpatchException">There is no such process, it is none that can be patched, or there is no permission.</exception>
    public static TargetProcess Open(int pid)
    {
        if (pid == Environment.ProcessId)
            throw new HotpatchException(TargetDiagnostics.OwnProcess.With(pid));
        ProcessStatus? status = pid > 0 ? ProcessStatus.Read(pid) : null;
        if (status is null || !IsLeader(pid))
            throw new HotpatchException(TargetDiagnostics.NoSuchProcess.With(pid));
        if (status.KernelThread)
            throw new HotpatchException(TargetDiagnostics.KernelThread.With(pid, status.Name));
        int tid = LivingThread(status) ?? throw new HotpatchException(TargetDiagnostics.ProcessExited.With(pid, status.Name));

        string folder = TaskFolder(pid, tid);
        int descriptor = Files.Open(folder + "/mem", Files.ReadWrite | Files.CloseOnExec);
        if (descriptor < 0)
            throw new HotpatchException(AccessProblem.Explain(pid, status.Name));
        SafeFileHandle memory = new(descriptor, ownsHandle: true);
        try
        {
            string executable;
            ExecutableHeader header;
            ulong entry;
            try
            {
                executable = new FileInfo(folder + "/exe").LinkTarget ?? "";
                // Through the link: it leads to the file itself even where its path was deleted or replaced.
                using FileStream file = OpenShared(folder + "/exe");
                header = ExecutableHeader.Read(file, pid, status.Name);
                entry = AuxiliaryEntry(File.ReadAllBytes(folder + "/auxv"));
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new HotpatchException(ProcessStatus.Read(pid) is null or { Zombie: true }
                    ? TargetDiagnostics.ProcessExited.With(pid, status.Name)
                    : TargetDiagnostics.ExecutableUnreadable.With(pid, status.Name, unreadable.Message), unreadable);
            }

            // AT_ENTRY is where the kernel found e_entry when it mapped the file (create_elf_tables in fs/binfmt_elf.c).
            ulong bias = entry - header.Entry;
            TargetProcess process = new(status, tid, memory, executable, header, bias);
            process.CheckBias(header);
            process.EnsureSame();
            return process;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that this is still the process that was opened.</summary>
    /// <exception cref="HotpatchException">It has exited, or its id belongs to another process.</exception>
    public void EnsureSame()
    {
        ProcessStatus? now = ProcessStatus.Read(Pid);
        if (now is not null && now.StartTime != StartTime)
            throw new HotpatchException(TargetDiagnostics.ProcessIdReused.With(Pid));
        if (now is null || now.Zombie && LivingThread(now) is null)
            throw new HotpatchException(TargetDiagnostics.ProcessExited.With(Pid, Name));
    }

    /// <summary>Makes sure that no debugger is attached; a switch without a stop does not need that.</summary>
    /// <exception cref="HotpatchException">Something else traces the process.</exception>
    public void EnsureNotTraced()
    {
        if (ProcessStatus.ReadThread(Pid, MemoryTid) is { } status && AccessProblem.Debugger(Pid, status) is { } failure)
            throw new HotpatchException(failure);
    }

    /// <summary>Opens the program's file, even where its path was deleted or replaced.</summary>
    /// <exception cref="HotpatchException">It can't be read.</exception>
    public FileStream OpenExecutable()
    {
        try
        {
            return OpenShared(Folder + "/exe");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            EnsureSame();
            throw new HotpatchException(TargetDiagnostics.ExecutableUnreadable.With(Pid, Name, unreadable.Message), unreadable);
        }
    }

    /// <summary>Reads what is mapped at this moment, by address.</summary>
    /// <exception cref="HotpatchException">The process has exited.</exception>
    public ImmutableArray<Mapping> ReadMappings()
    {
        try
        {
            return [.. File.ReadAllLines(Folder + "/maps").Select(Mapping.Parse).OfType<Mapping>()];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            EnsureSame();
            throw new HotpatchException(AccessProblem.Explain(Pid, Name), gone);
        }
    }

    /// <inheritdoc/>
    public void Read(ulong address, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (int done = 0; done < buffer.Length;)
            {
                nint count = Files.ReadAt(MemoryDescriptor, start + done, buffer.Length - done, (long)address + done);
                if (count > 0)
                    done += (int)count;
                else if (count == 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
                    throw Unmapped(address + (uint)done, buffer.Length - done, memoryGone: count == 0);
            }
        }
    }

    /// <inheritdoc/>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint count = Files.WriteAt(MemoryDescriptor, start + done, bytes.Length - done, (long)address + done);
                if (count > 0)
                    done += (int)count;
                else if (count == 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
                    throw Unmapped(address + (uint)done, bytes.Length - done, memoryGone: count == 0);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The kernel copies the word with one memcpy of 8 bytes into the page (copy_to_user_page in mm/memory.c). That is one 8-byte move, or on
    /// processors with fast short <c>rep movsb</c> a microcoded move of 8 bytes; neither manual promises the latter to be one access, but an aligned word within a
    /// cache line has not been seen torn in some ten million stores under concurrent execution, and the tests keep looking.</remarks>
    public void Store(ulong address, ulong word)
    {
        if ((address & 7) != 0)
            throw new ArgumentException($"{address:x} is not a multiple of 8.", nameof(address));
        nint count;
        do
            count = Files.WriteAt(MemoryDescriptor, &word, sizeof(ulong), (long)address);
        while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        // The range is within one page, so it is written whole or not at all.
        if (count != sizeof(ulong))
            throw Unmapped(address, sizeof(ulong), memoryGone: count == 0);
    }

    /// <summary>Reads one 8-byte word.</summary>
    /// <param name="address">Virtual address.</param>
    /// <exception cref="HotpatchException">The range is not mapped, or the process is gone.</exception>
    public ulong ReadWord(ulong address)
    {
        ulong word;
        Read(address, new Span<byte>(&word, sizeof(ulong)));
        return word;
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();

    /// <summary>The failure for an access that the kernel refused.</summary>
    private HotpatchException Unmapped(ulong address, int length, bool memoryGone)
    {
        EnsureSame();
        // mem_rw answers 0 when nobody uses the address space any more: the process has exited or runs another program.
        return new HotpatchException(memoryGone
            ? TargetDiagnostics.ProgramReplaced.With(Pid, Name)
            : TargetDiagnostics.MemoryNotMapped.With(Pid, Name, address, length));
    }

    /// <summary>The bias is right when the memory at its place shows the executable's own header.</summary>
    private void CheckBias(ExecutableHeader header)
    {
        if (header.HeaderAddress is not { } link)
            return;
        Span<byte> mapped = stackalloc byte[ExecutableHeader.Size];
        Read(LoadBias + link, mapped);
        if (BinaryPrimitives.ReadUInt32BigEndian(mapped) != ExecutableHeader.Magic || ExecutableHeader.EntryOf(mapped) != header.Entry)
            throw new HotpatchException(TargetDiagnostics.ProgramReplaced.With(Pid, Name));
    }

    private static string TaskFolder(int pid, int tid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{tid}");

    /// <summary>/proc also answers to the ids of threads, which it doesn't list; a process is what lists itself as a thread of itself and is its leader.</summary>
    private static bool IsLeader(int pid)
    {
        try
        {
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")))
                if (line.StartsWith("Tgid:", StringComparison.Ordinal))
                    return int.TryParse(line.AsSpan(5).Trim(), CultureInfo.InvariantCulture, out int leader) && leader == pid;
            return false;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The leader may have ended before its threads (pthread_exit in main): it is a zombie then, and its files in /proc are empty.</summary>
    private static int? LivingThread(ProcessStatus leader)
    {
        if (!leader.Zombie)
            return leader.Pid;
        try
        {
            return Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{leader.Pid}/task"))
                .Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
                .Where(tid => ProcessStatus.ReadThread(leader.Pid, tid) is { Zombie: false })
                .Select(tid => (int?)tid)
                .FirstOrDefault();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>AT_ENTRY of the auxiliary vector (getauxval(3)): pairs of 8-byte words.</summary>
    private static ulong AuxiliaryEntry(ReadOnlySpan<byte> vector)
    {
        const ulong AtEntry = 9;
        for (int at = 0; at + 16 <= vector.Length; at += 16)
            if (BinaryPrimitives.ReadUInt64LittleEndian(vector[at..]) == AtEntry)
                return BinaryPrimitives.ReadUInt64LittleEndian(vector[(at + 8)..]);
        throw new IOException("its auxiliary vector has no entry point");
    }
}
