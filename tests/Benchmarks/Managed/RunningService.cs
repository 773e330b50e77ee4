using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace HotpatchBuild.Benchmarks.Managed;

/// <summary>A process of the measured service, and a client that costs little beside it.</summary>
internal sealed class RunningService : IDisposable
{
    private const int Pipelined = 16;
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) on Linux
    private static readonly byte[] s_requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /quotes/5 HTTP/1.1\r\nHost: localhost\r\n\r\n", Pipelined)));

    private readonly Process _process;
    private readonly IPEndPoint _address;

    private RunningService(Process process, IPEndPoint address, TimeSpan start)
    {
        _process = process;
        _address = address;
        Start = start;
    }

    public int Pid => _process.Id;

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan Start { get; }

    public static RunningService StartIn(string output)
    {
        var start = new ProcessStartInfo(Path.Combine(output, "Service"), ["--urls", "http://127.0.0.1:0"]) { WorkingDirectory = output, RedirectStandardOutput = true };
        long begin = Stopwatch.GetTimestamp();
        Process process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith("listening ", StringComparison.Ordinal))
                continue;
            var address = new IPEndPoint(IPAddress.Loopback, new Uri(line["listening ".Length..]).Port);
            Get(address, "/quotes/1");
            return new RunningService(process, address, Stopwatch.GetElapsedTime(begin));
        }
        throw new InvalidOperationException($"The service in {output} ended with {process.ExitCode}.");
    }

    /// <summary>Processor time that the process has used so far, and requests that it answers during the time: one connection, requests in batches.</summary>
    public (long Requests, TimeSpan Elapsed, TimeSpan Processor) Load(TimeSpan time)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_address);
        int answer = FirstAnswer(socket);
        byte[] buffer = new byte[64 << 10];
        TimeSpan processor = ProcessorTime();
        long begin = Stopwatch.GetTimestamp(), requests = 0;
        while (Stopwatch.GetElapsedTime(begin) < time)
        {
            socket.Send(s_requests);
            for (int left = answer * Pipelined; left > 0;)
                left -= Received(socket.Receive(buffer, 0, Math.Min(left, buffer.Length), SocketFlags.None));
            requests += Pipelined;
        }
        return (requests, Stopwatch.GetElapsedTime(begin), ProcessorTime() - processor);
    }

    public (long Allocated, int Collections, long WorkingSet) Facts()
    {
        string answer = Get(_address, "/facts");
        using JsonDocument facts = JsonDocument.Parse(answer.AsMemory(answer.IndexOf('{'), answer.LastIndexOf('}') - answer.IndexOf('{') + 1));
        return (facts.RootElement.GetProperty("allocated").GetInt64(), facts.RootElement.GetProperty("collections").GetInt32(), facts.RootElement.GetProperty("workingSet").GetInt64());
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int Received(int count) => count > 0 ? count : throw new IOException("The service closed the connection.");

    /// <summary>The length of an answer; all are equal, for all are to one request.</summary>
    private static int FirstAnswer(Socket socket)
    {
        socket.Send(s_requests.AsSpan(0, s_requests.Length / Pipelined));
        byte[] buffer = new byte[64 << 10];
        int length = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, length).EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            length += Received(socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None));
        return length;
    }

    private static string Get(IPEndPoint address, string path)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        var answer = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        while (socket.Receive(buffer) is > 0 and var count)
            answer.Write(buffer, 0, count);
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private TimeSpan ProcessorTime()
    {
        string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/stat"));
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        // proc_pid_stat(5): fields 14 and 15; the first behind the name is field 3.
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }
}
