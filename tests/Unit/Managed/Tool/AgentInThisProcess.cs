namespace HotpatchBuild.Tests.Unit.Managed.Tool;

/// <summary>Tests to which it matters whether this process has an agent; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class AgentInThisProcess
{
    public const string Name = "Agent in this process";
}
