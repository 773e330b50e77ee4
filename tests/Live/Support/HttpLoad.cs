using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace HotpatchBuild.Tests.Live.Support;

/// <summary>
/// Keeps a service busy from several connections and checks every answer against the revisions that may be in force.
/// A request may see any revision that was allowed between its start and its end, so <see cref="Allow"/> is a barrier: a request that starts after
/// it returns is judged by the new set alone.
/// </summary>
internal sealed class HttpLoad : IAsyncDisposable
{
    private static readonly TimeSpan s_requestBound = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly IReadOnlyList<AnswerCase> _cases;
    private readonly IReadOnlyDictionary<string, string> _sessions;
    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _byCase = [];
    private readonly Dictionary<string, long> _byRevision = [];
    private readonly List<Waiter> _waiters = [];
    private readonly Task[] _workers;
    private ImmutableArray<ImmutableArray<string>> _epochs;
    private LoadViolation? _firstViolation;
    private long _started;
    private long _answered;
    private long _violations;

    private HttpLoad(Uri service, IReadOnlyList<AnswerCase> cases, IReadOnlyDictionary<string, string> sessions, int workers, string[] allowed)
    {
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = workers, UseProxy = false }) { BaseAddress = service, Timeout = s_requestBound };
        _cases = cases;
        _sessions = sessions;
        _epochs = [Check(allowed)];
        _workers = Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker))).ToArray();
    }

    /// <param name="allowed">Revisions whose answers are right to begin with.</param>
    public static HttpLoad Start(Uri service, IReadOnlyList<AnswerCase> cases, int workers, params string[] allowed) =>
        new(service, cases, new Dictionary<string, string>(), workers, allowed);

    /// <param name="sessions">Tokens of the customers that cases are asked for.</param>
    /// <param name="allowed">Revisions whose answers are right to begin with.</param>
    public static HttpLoad Start(Uri service, IReadOnlyList<AnswerCase> cases, IReadOnlyDictionary<string, string> sessions, int workers, params string[] allowed) =>
        new(service, cases, sessions, workers, allowed);

    /// <summary>From here on, the answers of these revisions are right, and no others. Name the old and the new one before a switch, the new one after it.</summary>
    public void Allow(params string[] revisions)
    {
        ImmutableArray<string> allowed = Check(revisions);
        lock (_gate)
            _epochs = _epochs.Add(allowed);
    }

    /// <summary>Waits until that many requests that started after this call were answered. Fails when the bound passes first, or the load has ended.</summary>
    public Task ProgressAsync(int requests, TimeSpan bound)
    {
        var waiter = new Waiter(requests);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            waiter.FirstRequest = _started + 1;
            _waiters.Add(waiter);
        }
        return waiter.Done.Task.WaitAsync(bound);
    }

    /// <summary>Lets the requests that are under way finish and tells what was seen.</summary>
    public async Task<LoadReport> StopAsync()
    {
        lock (_gate)
            _stop.Cancel();
        await Task.WhenAll(_workers);
        lock (_gate)
        {
            foreach (Waiter waiter in _waiters)
                waiter.Done.TrySetCanceled();
            _waiters.Clear();
            return new LoadReport(
                _answered, _violations, _firstViolation, new Dictionary<string, long>(_byCase), new Dictionary<string, long>(_byRevision), _elapsed.Elapsed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private ImmutableArray<string> Check(string[] revisions)
    {
        if (revisions.Length == 0)
            throw new ArgumentException("Allow at least one revision.", nameof(revisions));
        foreach (AnswerCase @case in _cases)
        {
            foreach (string revision in revisions)
            {
                if (!@case.Answers.ContainsKey(revision))
                    throw new ArgumentException($"'{@case.Name}' has no answer of {revision}.", nameof(revisions));
            }
        }
        return [.. revisions];
    }

    private async Task WorkAsync(int worker)
    {
        // Each worker begins with another case, so that all of them are under way at any time.
        for (int next = worker; !_stop.IsCancellationRequested; next++)
            await RequestAsync(_cases[next % _cases.Count]);
    }

    private async Task RequestAsync(AnswerCase @case)
    {
        long number;
        int firstEpoch;
        lock (_gate)
        {
            number = ++_started;
            firstEpoch = _epochs.Length - 1;
        }

        try
        {
            using HttpRequestMessage request = CreateRequest(@case);
            using HttpResponseMessage response = await _client.SendAsync(request);
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            Judge(@case, number, firstEpoch, @case.Read((int)response.StatusCode, body));
        }
        catch (Exception problem) when (problem is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
        {
            // Not swallowed: a request without a readable answer is a violation, and the report tells which.
            Fail(@case, number, firstEpoch, $"{problem.GetType().Name}: {problem.Message}");
        }
    }

    private HttpRequestMessage CreateRequest(AnswerCase @case)
    {
        var request = new HttpRequestMessage(@case.Method, @case.Path)
        {
            Version = HttpVersion.Version11,
            Content = @case.Method == HttpMethod.Get ? null : new StringContent(@case.Request, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        if (@case.Customer is { } customer)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _sessions[customer]);
        return request;
    }

    private void Judge(AnswerCase @case, long number, int firstEpoch, Answer answer)
    {
        lock (_gate)
        {
            string[] allowed = AllowedSince(firstEpoch);
            string[] matching = allowed.Where(revision => @case.Answers[revision] == answer).ToArray();
            if (matching.Length == 0)
            {
                Record(@case, number, allowed, $"{answer.Status} {answer.Body}");
                return;
            }
            Count(_byCase, @case.Name);
            if (matching.Length == 1)
                Count(_byRevision, matching[0]);
            Answered(number);
        }
    }

    private void Fail(AnswerCase @case, long number, int firstEpoch, string what)
    {
        lock (_gate)
            Record(@case, number, AllowedSince(firstEpoch), what);
    }

    private void Record(AnswerCase @case, long number, string[] allowed, string got)
    {
        _violations++;
        string expected = string.Join(" or ", allowed.Select(revision => @case.Answers[revision]).Distinct().Select(answer => $"{answer.Status} {answer.Body}"));
        _firstViolation ??= new LoadViolation(@case.Name, number, DateTimeOffset.UtcNow, allowed, expected, got);
        Answered(number);
    }

    private string[] AllowedSince(int firstEpoch) => _epochs.Skip(firstEpoch).SelectMany(epoch => epoch).Distinct().ToArray();

    private void Answered(long number)
    {
        _answered++;
        for (int index = _waiters.Count - 1; index >= 0; index--)
        {
            Waiter waiter = _waiters[index];
            if (number >= waiter.FirstRequest && --waiter.Missing <= 0)
            {
                _waiters.RemoveAt(index);
                waiter.Done.SetResult();
            }
        }
    }

    private static void Count(Dictionary<string, long> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private sealed class Waiter(int requests)
    {
        // Asynchronous continuations: the waiting test must not run inside a worker that holds the lock.
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long FirstRequest { get; set; }

        public int Missing { get; set; } = requests;
    }
}
