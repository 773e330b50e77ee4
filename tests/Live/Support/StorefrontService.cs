using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HotpatchBuild.Tests.Live.Support;

/// <summary>What GET /stats says: the state that a patch must leave alone.</summary>
internal sealed record StorefrontStats(int Sessions, int Orders, long Requests, long Refused, int ProcessId, DateTimeOffset StartedAt);

/// <summary>A running process of `examples/storefront` on a free port of 127.0.0.1, with its customers signed in and an order placed.</summary>
internal sealed partial class StorefrontService : IAsyncDisposable
{
    /// <summary>How often the loop in the background has its turn.</summary>
    public static readonly TimeSpan OfferInterval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, string> _sessions = [];

    private StorefrontService(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Collect(line.Data);
        _process.ErrorDataReceived += (_, line) => Collect(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The service ended early. It wrote:\n{Output}"));
    }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Tokens of the customers.</summary>
    public IReadOnlyDictionary<string, string> Sessions => _sessions;

    /// <summary>All lines that the process has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts the program in a build's output folder and brings it into the answer book's state.</summary>
    public static async Task<StorefrontService> StartAsync(string output, AnswerBook book, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Path.Combine(output, "Storefront"), ["--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = output,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Offers__Interval"] = OfferInterval.ToString();
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var service = new StorefrontService(new Process { StartInfo = start, EnableRaisingEvents = true });
        try
        {
            await service.WaitUntilHealthyAsync();
            await service.PrepareAsync(book);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async Task<StorefrontStats> GetStatsAsync() =>
        await Client.GetFromJsonAsync<StorefrontStats>("/stats", JsonSerializerOptions.Web) ?? throw new InvalidDataException("/stats is empty.");

    /// <summary>Sends one request and reads the answer as the case compares answers.</summary>
    public async Task<Answer> AskAsync(AnswerCase @case)
    {
        using HttpResponseMessage response = await SendAsync(new AnswerRequest(@case.Customer, @case.Method, @case.Path, @case.Request));
        return @case.Read((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>All cases are answered as the revision answers them; those that come eventually, within a minute.</summary>
    public async Task AssertAnswersAsync(AnswerBook book, string revision)
    {
        foreach (AnswerCase @case in book.Cases)
        {
            Answer expected = @case.Answers[revision], answer = await AskAsync(@case);
            for (long start = Stopwatch.GetTimestamp(); @case.Eventually && answer != expected && Stopwatch.GetElapsedTime(start) < s_bound;)
            {
                await Task.Delay(OfferInterval);
                answer = await AskAsync(@case);
            }
            Assert.Equal((revision, @case.Name, expected), (revision, @case.Name, answer));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        Client?.Dispose();
        _process.Dispose();
    }

    private async Task PrepareAsync(AnswerBook book)
    {
        foreach ((string customer, string password) in book.Customers)
        {
            using HttpResponseMessage opened = await Client.PostAsJsonAsync("/sessions", new { customer, password });
            opened.EnsureSuccessStatusCode();
            _sessions[customer] = (await opened.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("session").GetString()!;
        }
        foreach (AnswerRequest request in book.Setup)
        {
            using HttpResponseMessage response = await SendAsync(request);
            response.EnsureSuccessStatusCode();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(AnswerRequest asked)
    {
        using var request = new HttpRequestMessage(asked.Method, asked.Path);
        if (asked.Method != HttpMethod.Get)
            request.Content = new StringContent(asked.Body, Encoding.UTF8, "application/json");
        if (asked.Customer is { } customer)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _sessions[customer]);
        return await Client.SendAsync(request);
    }

    private async Task WaitUntilHealthyAsync()
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(s_bound);
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
        if (ListeningLine().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListeningLine();
}
