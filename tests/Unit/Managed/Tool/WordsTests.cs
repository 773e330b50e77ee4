using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

public class WordsTests
{
    [Fact]
    public void Every_refusal_of_the_agent_has_words_of_its_own()
    {
        var ids = Enum.GetValues<AgentError>().Where(error => error != AgentError.None)
            .Select(error => AgentDiagnostics.Of("process 1 (app)", new AgentFailure(error, ["one", "two", "three"])).Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.DoesNotContain(AgentDiagnostics.Unknown.Id, ids);
    }

    [Fact]
    public void One_that_is_not_known_is_told_as_it_came() =>
        Assert.Contains("error 77: why, how", AgentDiagnostics.Of("process 1 (app)", new AgentFailure((AgentError)77, ["why", "how"])).What);

    [Fact]
    public void Details_that_are_missing_do_no_harm()
    {
        foreach (AgentError error in Enum.GetValues<AgentError>())
            Assert.Contains("process 1 (app)", AgentDiagnostics.Of("process 1 (app)", new AgentFailure(error, [])).What);
    }

    [Fact]
    public void What_cannot_be_done_now_may_be_tried_again_with_exit_code_5()
    {
        Assert.Equal(ExitCode.NoSafeMoment, ManagedDiagnostics.Busy.ExitCode);
        Assert.Equal(ExitCode.NoSafeMoment, AgentDiagnostics.Of("p", new AgentFailure(AgentError.NoSafeMoment, ["3"])).ExitCode);
    }
}
