using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HotpatchBuild.Tests.Live.Support;

/// <summary>What GET /stats says: the state that a patch must leave alone.</summary>
internal sealed record PricingStats(int Orders, long CacheHits, int ProcessId, DateTimeOffset StartedAt);

/// <summary>How often each generation was collected.</summary>
internal sealed record PricingCollections(int Gen0, int Gen1, int Gen2);

/// <summary>A running process of `examples/pricing` on a free port of 127.0.0.1.</summary>
internal sealed partial class PricingService : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PricingService(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Collect(line.Data);
        _process.ErrorDataReceived += (_, line) => Collect(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The service ended early. It wrote:\n{Output}"));
    }

    public int ProcessId { get; private set; }

    public bool HasExited => _process.HasExited;

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>All lines that the process has written to standard output and standard error so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts the published executable and waits until it is healthy.</summary>
    /// <param name="bound">How long the start may take before it counts as failed.</param>
    /// <param name="environment">Further variables, <see cref="FrequentCollections"/> for example.</param>
    public static async Task<PricingService> StartAsync(string executable, TimeSpan bound, IReadOnlyDictionary<string, string>? environment = null)
    {
        // As a grandchild: the framework takes a stop of its own child (by a tracer in this very process) for its end.
        // Port 0: the kernel chooses a free one, and the service writes which.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "\"$0\" \"$@\" & echo \"process $!\"; wait $!", executable, "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PRICING_DEBUG"] = "1";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var service = new PricingService(new Process { StartInfo = start, EnableRaisingEvents = true });
        try
        {
            await service.WaitUntilHealthyAsync(bound);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Settings that make the collector run every few dozen requests. The runtime reads the number as hexadecimal, and heeds it with the
    /// workstation collector only: the web SDK's default, the server collector, ran 11 times in 10,000 requests, this one 182 times.
    /// </summary>
    public static IReadOnlyDictionary<string, string> FrequentCollections { get; } = new Dictionary<string, string>
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_GCgen0size"] = "40000",
    };

    public async Task<PricingStats> GetStatsAsync() =>
        await Client.GetFromJsonAsync<PricingStats>("/stats", JsonSerializerOptions.Web) ?? throw new InvalidDataException("/stats is empty.");

    /// <summary>Runs a full collection inside the service.</summary>
    public async Task<PricingCollections> CollectAsync()
    {
        using HttpResponseMessage response = await Client.PostAsync("/debug/collect", content: null);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<PricingCollections>(JsonSerializerOptions.Web) ?? throw new InvalidDataException("/debug/collect is empty.");
    }

    /// <summary>Sends one request and reads the answer as the case compares answers.</summary>
    public async Task<Answer> AskAsync(AnswerCase @case)
    {
        using var request = new HttpRequestMessage(@case.Method, @case.Path);
        if (@case.Method != HttpMethod.Get)
            request.Content = new StringContent(@case.Request, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.SendAsync(request);
        return @case.Read((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        Client?.Dispose();
        _process.Dispose();
    }

    private async Task WaitUntilHealthyAsync(TimeSpan bound)
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(bound);
        Address = await _listening.Task.WaitAsync(limit.Token);
        Client = new HttpClient { BaseAddress = Address };
        using HttpResponseMessage health = await Client.GetAsync("/health", limit.Token);
        health.EnsureSuccessStatusCode();
    }

    private void Collect(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (line.StartsWith("process ", StringComparison.Ordinal))
            ProcessId = int.Parse(line.AsSpan("process ".Length), CultureInfo.InvariantCulture);
        if (ListeningLine().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListeningLine();
}
