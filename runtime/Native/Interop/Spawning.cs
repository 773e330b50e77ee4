using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>posix_spawn(3).</summary>
internal static unsafe partial class Spawning
{
    /// <summary>More than glibc's and musl's <c>posix_spawn_file_actions_t</c> (80 bytes).</summary>
    private const int FileActionsSize = 256;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int Spawn(int* pid, byte* path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int Init(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int Duplicate(void* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int Destroy(void* actions);

    /// <summary>Starts a program without arguments and with an empty environment.</summary>
    /// <param name="path">The program, zero-terminated.</param>
    /// <param name="input">Descriptor that becomes its standard input.</param>
    /// <returns>The process id, or -1 where there is no such program.</returns>
    internal static int Start(ReadOnlySpan<byte> path, int input)
    {
        byte* actions = stackalloc byte[FileActionsSize];
        byte** environment = stackalloc byte*[1];
        byte** arguments = stackalloc byte*[2];
        environment[0] = null;
        arguments[1] = null;
        if (Init(actions) != 0)
            return -1;
        fixed (byte* program = path)
        {
            arguments[0] = program;
            int pid = -1;
            bool started = Duplicate(actions, input, 0) == 0 && Spawn(&pid, program, actions, null, arguments, environment) == 0;
            _ = Destroy(actions);
            return started ? pid : -1;
        }
    }
}
