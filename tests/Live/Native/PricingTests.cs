using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>The example under load: its three fixes applied, superseded and rolled back while every answer is checked.</summary>
[Collection(NativePrograms.Name)]
public sealed class PricingTests(Programs programs)
{
    private const int Cycles = 200;
    private const int Workers = 4;
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Two_hundred_cycles_under_load_give_no_wrong_answer_and_keep_the_state()
    {
        BuiltProgram program = programs.Pricing;
        AnswerBook book = PricingRepository.ReadAnswers();
        await using PricingService service = await PricingService.StartAsync(program.Executable, s_bound, PricingService.FrequentCollections);
        using var engine = new LiveEngine(service.ProcessId);
        PricingCollections collectionsBefore = await service.CollectAsync();
        PricingStats first = await service.GetStatsAsync();
        await using HttpLoad load = HttpLoad.Start(service.Address, book.Cases, Workers, book.Revisions[0]);
        await load.ProgressAsync(50, s_bound);

        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            for (int step = 1; step <= book.Revisions.Count; step++)
            {
                string from = book.Revisions[step - 1], to = book.Revisions[step % book.Revisions.Count];
                load.Allow(from, to);
                Switch(program, engine, service.ProcessId, step < book.Revisions.Count ? to : null, withCommand: cycle == 0);
                load.Allow(to);
                await load.ProgressAsync(2 * Workers, s_bound);
            }
            if (cycle % 10 == 9)
                await service.CollectAsync();
        }

        LoadReport report = await load.StopAsync();
        report.AssertClean();
        Assert.All(book.Revisions, revision => Assert.True(report.ByRevision.GetValueOrDefault(revision) > 0, $"No answer was {revision}'s alone."));
        PricingStats stats = await service.GetStatsAsync();
        Assert.Equal((first.ProcessId, first.StartedAt), (stats.ProcessId, stats.StartedAt));
        Assert.Equal(report.ByCase["order with a percent coupon"], stats.Orders);
        Assert.True(stats.CacheHits > first.CacheHits + report.Requests / 2, $"{stats.CacheHits} cache hits in {report.Requests} requests.");
        PricingCollections collections = await service.CollectAsync();
        Assert.True(collections.Gen2 - collectionsBefore.Gen2 >= Cycles / 10 && collections.Gen0 - collectionsBefore.Gen0 > 100, $"{collections}");
        TargetStatus status = engine.Engine.Status();
        Assert.Equal((null, Agreement.Agree, book.Revisions.Count - 1), (status.InForce, status.Agreement, status.ImagesLoaded));
        Assert.False(service.HasExited);
    }

    private static void Switch(BuiltProgram program, LiveEngine engine, int pid, string? fix, bool withCommand)
    {
        if (withCommand)
            HotpatchCommand.Run(fix is null ? ["rollback", "--pid", $"{pid}"] : ["apply", program[fix], "--pid", $"{pid}"]).AssertDone();
        else if (fix is null)
            engine.Engine.Rollback();
        else
            engine.Apply(program[fix]);
    }
}
