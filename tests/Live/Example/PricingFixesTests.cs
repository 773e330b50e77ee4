using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Example;

/// <summary>The example as a fresh start of each revision: its answers are those of the answer book.</summary>
public sealed class PricingFixesTests
{
    private static readonly TimeSpan s_startBound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_fix_applies_on_the_former_and_changes_the_answers_as_described()
    {
        AnswerBook book = PricingRepository.ReadAnswers();
        using PricingRepository repository = await PricingRepository.CreateAsync();

        foreach (string revision in book.Revisions)
        {
            if (revision != book.Revisions[0])
                await repository.ApplyFixAsync(revision);
            string executable = await repository.PublishAsync(Path.Combine(repository.Folder, "bin", revision), "-p:EmitHotpatch=false", "-warnaserror");
            await using PricingService service = await PricingService.StartAsync(executable, s_startBound);

            foreach (AnswerCase @case in book.Cases)
                Assert.Equal((revision, @case.Name, @case.Answers[revision]), (revision, @case.Name, await service.AskAsync(@case)));
        }
    }

    [Fact]
    public async Task State_is_kept_under_load_and_frequent_collections()
    {
        AnswerBook book = PricingRepository.ReadAnswers();
        using PricingRepository repository = await PricingRepository.CreateAsync();
        string executable = await repository.PublishAsync(Path.Combine(repository.Folder, "bin", "service"), "-p:EmitHotpatch=false");
        await using PricingService service = await PricingService.StartAsync(executable, s_startBound, PricingService.FrequentCollections);
        PricingCollections before = await service.CollectAsync();

        await using HttpLoad load = HttpLoad.Start(service.Address, book.Cases, 4, book.Revisions[0]);
        for (int round = 0; round < 20; round++)
        {
            await load.ProgressAsync(200, TimeSpan.FromMinutes(1));
            await service.CollectAsync();
        }
        LoadReport report = await load.StopAsync();

        report.AssertClean();
        PricingStats stats = await service.GetStatsAsync();
        Assert.Equal(report.ByCase["order with a percent coupon"], stats.Orders);
        Assert.Equal(service.ProcessId, stats.ProcessId);
        Assert.True(stats.CacheHits > 0);
        PricingCollections after = await service.CollectAsync();
        Assert.True(after.Gen2 - before.Gen2 >= 20, $"Only {after.Gen2 - before.Gen2} full collections ran.");
        Assert.True(after.Gen0 - before.Gen0 > 20 + 10, $"Of {after.Gen0 - before.Gen0} collections nearly all were asked for.");
    }
}
