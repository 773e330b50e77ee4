using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace HotpatchBuild.Tests.Unit.Support;

/// <summary>Builds a sample once per machine and content, in artifacts/test-samples; parallel test runs wait for each other.</summary>
public static class SampleCache
{
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The folder of the finished sample. <paramref name="build"/> gets an empty folder that becomes it when the build succeeds.</summary>
    public static string Get(string name, IEnumerable<byte[]> inputs, Action<string> build)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] input in inputs)
        {
            hash.AppendData(BitConverter.GetBytes(input.Length));
            hash.AppendData(input);
        }
        string id = $"{name}-{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8))}";
        string folder = Path.Combine(RepositoryRoot, "artifacts", "test-samples", id);
        using var mutex = new Mutex(false, $@"Global\HotpatchBuild-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)).AsSpan(0, 8))}");
        try
        {
            if (!mutex.WaitOne(TimeSpan.FromMinutes(10)))
                throw new TimeoutException($"Another test run has been building {folder} for ten minutes.");
        }
        catch (AbandonedMutexException)
        {
            // Its owner died while building; the mutex is ours, and what it left behind is thrown away below.
        }
        try
        {
            string done = Path.Combine(folder, "done");
            if (!File.Exists(done))
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
                Directory.CreateDirectory(folder);
                build(folder);
                File.WriteAllText(done, "");
            }
            return folder;
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    /// <summary>Runs a program to its end and gives its output; a failure shows all of it.</summary>
    public static string Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What a test run sets for its own MSBuild must not reach another one.
        foreach (string key in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(key);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{error.Result}");
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "HotpatchBuild.sln")))
                return folder;
        }
        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
    }
}
