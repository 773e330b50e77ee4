using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Live.Native;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Managed.Diff;

/// <summary>Two outputs of builds, nothing else: the delta between them does what the one does that a build made of the sources.</summary>
[Collection(ManagedProgramsCollection.Name)]
public sealed class DiffLiveTests(ManagedPrograms programs)
{
    [Fact]
    public async Task Deltas_between_published_folders_reach_the_running_service()
    {
        ManagedProgramBuild program = programs.Storefront;
        AnswerBook book = StorefrontRepository.ReadAnswers();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("hotpatch-diff-");
        try
        {
            await using StorefrontService service = await StorefrontService.StartAsync(program.Output, book);
            await service.AssertAnswersAsync(book, book.Revisions[0]);
            foreach (string fix in book.Revisions.Skip(1))
            {
                string delta = Path.Combine(folder.FullName, fix + DeltaFile.Extension);
                HotpatchCommand.Run("diff", program.Output, program.Full[fix], "-o", delta).AssertDone();
                HotpatchCommand.Run("apply", delta, "--pid", $"{service.ProcessId}").AssertDone();
                await service.AssertAnswersAsync(book, fix);
            }
            HotpatchCommand.Run("rollback", "--pid", $"{service.ProcessId}").AssertDone();
            await service.AssertAnswersAsync(book, book.Revisions[0]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
