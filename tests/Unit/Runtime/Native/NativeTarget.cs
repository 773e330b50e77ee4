using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Tests.Unit.Runtime.Native;

/// <summary>A running target.c.</summary>
internal sealed class NativeTarget : IDisposable
{
    private static readonly Lazy<string> Program = new(Compile);
    private readonly Process process;

    private NativeTarget(Process process)
    {
        this.process = process;
        for (string line; (line = ReadLine()) != "ready";)
        {
            string[] pair = line.Split('=');
            Values[pair[0]] = ulong.Parse(pair[1], pair[0] == "pid" ? NumberStyles.None : NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
    }

    internal Dictionary<string, ulong> Values { get; } = [];

    internal int Pid => (int)Values["pid"];

    internal bool Exited => process.HasExited;

    internal static string ProgramPath => Program.Value;

    internal static NativeTarget Start(params string[] arguments) => StartThrough(Program.Value, arguments);

    /// <summary>Starts it as a grandchild: .NET takes the stop of a traced child for its end (and takes the stop's report from the tracer).</summary>
    internal static NativeTarget StartThrough(string program, params string[] arguments) => new(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; \"$0\" \"$@\" <&3 3<&- & wait $! 2>/dev/null", program, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);

    internal string Ask(string command)
    {
        process.StandardInput.WriteLine(command);
        process.StandardInput.Flush();
        return ReadLine();
    }

    internal void Tell(string command)
    {
        process.StandardInput.WriteLine(command);
        process.StandardInput.Flush();
    }

    internal Report Report()
    {
        Dictionary<string, long> values = Ask("report").Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture));
        return new Report(values["calls"], values["wrong"], values["signals"], values["sent"]);
    }

    /// <summary>The switch of a function's first word between its own code and a jump to <c>fixed</c>.</summary>
    internal (SwitchPlan Apply, SwitchPlan Revert) Plans(TargetProcess target, string function, TimeSpan patience)
    {
        ulong entry = Values[function], old = target.ReadWord(entry);
        return (Plan(entry, old, JumpWord(entry, old), function, patience, guarded: true), Plan(entry, JumpWord(entry, old), old, function, patience, guarded: true));
    }

    internal SwitchPlan Plan(ulong entry, ulong from, ulong to, string function, TimeSpan patience, bool guarded) =>
        new([new WordStore(entry, from, to)], guarded ? [new GuardedRange(entry + 1, entry + 5, function)] : [], patience);

    internal ulong JumpWord(ulong entry, ulong old, string to = "fixed")
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, old);
        bytes[0] = 0xe9;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], (int)(long)(Values[to] - (entry + 5)));
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    internal void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, Pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits until something is so.</summary>
    internal static void Until(Func<bool> condition, string what)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(time.Elapsed < TimeSpan.FromSeconds(30), "did not happen: " + what);
            Thread.Yield();
        }
    }

    public void Dispose()
    {
        if (Values.ContainsKey("pid"))
        {
            // It may be exiting just now, which is as good.
            using Process kill = Process.Start("sh", ["-c", $"kill -KILL {Pid} 2>/dev/null"]);
            kill.WaitForExit();
        }

        process.WaitForExit();
        process.Dispose();
    }

    private string ReadLine()
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(TimeSpan.FromSeconds(30)), "the target does not answer");
        return line.Result ?? throw new InvalidOperationException("the target has ended");
    }

    private static string Compile()
    {
        using Stream resource = typeof(NativeTarget).Assembly.GetManifestResourceStream("target.c")!;
        string source = new StreamReader(resource).ReadToEnd();
        string folder = Path.Combine(Path.GetTempPath(), "hotpatch-target-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..16]);
        string program = Path.Combine(folder, "target");
        if (File.Exists(program))
            return program;
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "target.c"), built = program + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(file, source);
        using Process gcc = Process.Start("gcc", ["-O1", "-pthread", "-o", built, file]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        File.Move(built, program, overwrite: true);
        return program;
    }
}

internal sealed record Report(long Calls, long Wrong, long Signals, long Sent);
