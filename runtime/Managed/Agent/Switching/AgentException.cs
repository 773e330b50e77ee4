using System;
using System.Collections.Generic;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>A step that could not be done. It never leaves the agent: reports carry its failure.</summary>
internal sealed class AgentException(AgentFailure failure) : Exception(failure.Error.ToString())
{
    internal AgentException(AgentError error, params IReadOnlyList<string> details) : this(new AgentFailure(error, details))
    {
    }

    /// <summary>What the tool is told.</summary>
    internal AgentFailure Failure { get; } = failure;
}
