using System.Globalization;
using HotpatchBuild.Tests.Live.Native;
using HotpatchBuild.Tests.Live.Support;
using Xunit.Abstractions;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>The example under load: its fixes applied one after another and rolled back while every answer is checked.</summary>
[Collection(ManagedProgramsCollection.Name)]
public sealed class StorefrontTests(ManagedPrograms programs, ITestOutputHelper output)
{
    private const int Workers = 4;
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    /// <summary>Applies and rollbacks under load; HOTPATCH_STRESS_CYCLES makes it more.</summary>
    private static readonly int s_cycles = int.Parse(Environment.GetEnvironmentVariable("HOTPATCH_STRESS_CYCLES") ?? "100", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_fix_reaches_the_running_service_and_can_be_taken_back_with_nobody_signed_out()
    {
        ManagedProgramBuild program = programs.Storefront;
        AnswerBook book = StorefrontRepository.ReadAnswers();
        await using StorefrontService service = await StorefrontService.StartAsync(program.Output, book);
        StorefrontStats first = await service.GetStatsAsync();
        await WarmUpAsync(service, book);
        await service.AssertAnswersAsync(book, book.Revisions[0]);

        foreach (string fix in book.Revisions.Skip(1))
        {
            HotpatchCommand.Run("apply", program[fix], "--pid", $"{service.ProcessId}").AssertDone();
            await service.AssertAnswersAsync(book, fix);
        }
        HotpatchCommand.Run("rollback", "--pid", $"{service.ProcessId}").AssertDone();

        await service.AssertAnswersAsync(book, book.Revisions[0]);
        StorefrontStats last = await service.GetStatsAsync();
        Assert.Equal((first.Sessions, first.Orders, first.ProcessId, first.StartedAt), (last.Sessions, last.Orders, last.ProcessId, last.StartedAt));
    }

    [Fact]
    public async Task Cycles_under_load_give_no_failed_and_no_wrong_answer()
    {
        ManagedProgramBuild program = programs.Storefront;
        AnswerBook book = StorefrontRepository.ReadAnswers();
        await using StorefrontService service = await StorefrontService.StartAsync(program.Output, book);
        using var engine = new LiveManagedEngine(service.ProcessId);
        StorefrontStats first = await service.GetStatsAsync();
        await using HttpLoad load = HttpLoad.Start(service.Address, [.. book.Cases.Where(@case => !@case.Eventually)], service.Sessions, Workers, book.Revisions[0]);
        await load.ProgressAsync(2000, s_bound);

        string inForce = book.Revisions[0];
        int switches = 0;
        for (int cycle = 0; cycle < s_cycles; cycle++)
        {
            await SwitchAsync(book.Revisions[1 + cycle % (book.Revisions.Count - 1)]);
            if (cycle % 3 == 2)
                await SwitchAsync(book.Revisions[1 + (cycle + 2) % (book.Revisions.Count - 1)]);
            await SwitchAsync(book.Revisions[0]);
        }

        LoadReport report = await load.StopAsync();
        report.AssertClean();
        output.WriteLine($"{switches} switches in {s_cycles} cycles, {report.Requests} requests in {report.Elapsed.TotalSeconds:0} s");
        // Only a few cases tell neighbours apart, so not every revision has answers of its own.
        Assert.True(report.ByRevision.GetValueOrDefault(book.Revisions[0]) > 0, "No answer was the baseline's alone.");
        StorefrontStats last = await service.GetStatsAsync();
        Assert.Equal((first.Sessions, first.Orders, first.ProcessId, first.StartedAt), (last.Sessions, last.Orders, last.ProcessId, last.StartedAt));
        Assert.False(service.HasExited);

        async Task SwitchAsync(string to)
        {
            load.Allow(inForce, to);
            if (to == book.Revisions[0])
                engine.Engine.RollBack();
            else
                engine.Apply(program[to]);
            load.Allow(to);
            inForce = to;
            switches++;
            await load.ProgressAsync(3 * Workers, s_bound);
        }
    }

    [Fact]
    public async Task A_fresh_start_of_every_revision_answers_as_the_patched_process_does()
    {
        ManagedProgramBuild program = programs.Storefront;
        AnswerBook book = StorefrontRepository.ReadAnswers();
        foreach (string revision in book.Revisions)
        {
            await using StorefrontService service = await StorefrontService.StartAsync(program.Full.GetValueOrDefault(revision, program.Output), book);
            await service.AssertAnswersAsync(book, revision);
        }
    }

    /// <summary>So often that handlers, getters and accessors are optimised.</summary>
    private static async Task WarmUpAsync(StorefrontService service, AnswerBook book)
    {
        await using HttpLoad load = HttpLoad.Start(service.Address, book.Cases, service.Sessions, Workers, book.Revisions[0]);
        await load.ProgressAsync(3000, s_bound);
        (await load.StopAsync()).AssertClean();
    }
}
