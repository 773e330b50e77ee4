using System.Collections.Concurrent;
using System.Net;
using System.Text;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Example;

/// <summary>The load driver against a server whose answers these tests choose: it must see every wrong answer and no other.</summary>
public sealed class HttpLoadTests : IAsyncLifetime
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(30);
    private static readonly AnswerCase s_case = new(
        "total", HttpMethod.Post, "/price", "{}", new HashSet<string> { "id" },
        new Dictionary<string, Answer> { ["old"] = new(200, """{"total":1.50}"""), ["new"] = new(200, """{"total":2.50}""") });

    private HttpListener _server = new();
    private Uri _address = null!;
    private Task _serving = Task.CompletedTask;
    private Func<long, string> _body = _ => "{}";
    private long _served;

    [Fact]
    public async Task Answers_of_the_allowed_revision_are_clean_and_counted()
    {
        _body = id => $$"""{ "id": {{id}}, "total": 1.50 }""";
        await using HttpLoad load = HttpLoad.Start(_address, [s_case], 4, "old");
        await load.ProgressAsync(200, s_bound);

        LoadReport report = await load.StopAsync();

        report.AssertClean();
        Assert.True(report.Requests >= 200);
        Assert.Equal(report.Requests, report.ByCase["total"]);
        Assert.Equal(report.Requests, report.ByRevision["old"]);
    }

    [Fact]
    public async Task An_old_answer_after_the_barrier_is_a_violation()
    {
        _body = _ => """{"total":1.50}""";
        await using HttpLoad load = HttpLoad.Start(_address, [s_case], 2, "old");
        load.Allow("old", "new");
        await load.ProgressAsync(20, s_bound);
        load.Allow("new");
        await load.ProgressAsync(20, s_bound);

        LoadReport report = await load.StopAsync();

        Assert.InRange(report.Violations, 20, report.Requests - 20);
        Assert.NotNull(report.FirstViolation);
        Assert.Equal("total", report.FirstViolation.Case);
        Assert.Equal(["new"], report.FirstViolation.Allowed);
        Assert.Contains("1.50", report.FirstViolation.Got, StringComparison.Ordinal);
        Assert.Contains("2.50", report.FirstViolation.Expected, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(report.AssertClean);
    }

    [Fact]
    public async Task A_request_that_spans_the_switch_may_see_either_revision()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _body = number =>
        {
            if (number > 1)
                return """{"total":2.50}""";
            arrived.SetResult();
            go.Task.Wait(s_bound);
            return """{"total":1.50}""";
        };
        await using HttpLoad load = HttpLoad.Start(_address, [s_case], 1, "old");
        await arrived.Task.WaitAsync(s_bound);
        load.Allow("old", "new");
        load.Allow("new");
        Task progress = load.ProgressAsync(10, s_bound);
        go.SetResult();
        await progress;

        LoadReport report = await load.StopAsync();

        report.AssertClean();
        Assert.Equal(1, report.ByRevision["old"]);
    }

    [Fact]
    public async Task A_mixture_is_a_violation_while_both_revisions_are_allowed()
    {
        _body = _ => """{"total":2.00}""";
        await using HttpLoad load = HttpLoad.Start(_address, [s_case], 2, "old", "new");
        await load.ProgressAsync(10, s_bound);

        LoadReport report = await load.StopAsync();

        Assert.Equal(report.Requests, report.Violations);
    }

    [Fact]
    public async Task A_service_that_is_gone_is_a_violation()
    {
        _server.Close();
        await using HttpLoad load = HttpLoad.Start(_address, [s_case], 2, "old");
        await load.ProgressAsync(2, s_bound);

        LoadReport report = await load.StopAsync();

        Assert.Equal(report.Requests, report.Violations);
        Assert.Contains(nameof(HttpRequestException), report.FirstViolation!.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revision_without_an_answer_cannot_be_allowed()
    {
        _body = _ => """{"total":1.50}""";
        await using HttpLoad load = HttpLoad.Start(_address, [s_case], 1, "old");
        Assert.Throws<ArgumentException>(() => load.Allow("older"));
    }

    public Task InitializeAsync()
    {
        // HttpListener takes no port 0: try ports until one is free.
        for (int port = 20000 + Environment.ProcessId % 20000; ; port++)
        {
            _address = new Uri($"http://127.0.0.1:{port}/");
            _server = new HttpListener { Prefixes = { _address.ToString() } };
            try
            {
                _server.Start();
                break;
            }
            catch (HttpListenerException) when (port < IPEndPoint.MaxPort)
            {
                _server.Close();
            }
        }
        _serving = ServeAsync();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _server.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        var answering = new ConcurrentBag<Task>();
        while (_server.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _server.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                break;
            }
            answering.Add(Task.Run(() => AnswerAsync(context)));
        }
        await Task.WhenAll(answering);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        byte[] body = Encoding.UTF8.GetBytes(_body(Interlocked.Increment(ref _served)));
        context.Response.ContentLength64 = body.Length;
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }
}
