using System;
using System.Reflection;
using HotpatchBuild.Agent.Switching;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Channel;

/// <summary>Answers requests, one after the other.</summary>
/// <param name="create">Makes what does the work, at the first request.</param>
/// <param name="clock">The time.</param>
internal sealed class AgentRequests(Func<IPatchTransitions> create, TimeProvider clock)
{
    private readonly ForceRecords _records = new(clock);
    private IPatchTransitions? _transitions;

    /// <summary>The agent's first word.</summary>
    public static Hello Hello { get; } = new(
        Protocol.Hello.RightMagic, Protocol.Hello.CurrentProtocol,
        typeof(AgentRequests).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");

    /// <summary>Answers one.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="user">By which user.</param>
    /// <exception cref="ProtocolException">It is no request.</exception>
    public Frame Answer(Frame request, uint user)
    {
        // Read before anything is done, so that what is no request has no effect.
        var change = request.Kind switch
        {
            MessageKind.Check or MessageKind.Apply or MessageKind.RollBack => MessageReader.Read(request.Content, MessageLayout.NoRequest, MessageLayout.Request),
            MessageKind.Inspect or MessageKind.Status when request.Content.IsEmpty => MessageLayout.NoRequest,
            _ => throw new ProtocolException($"a message of kind {request.Kind} is no request"),
        };
        if (change.Plan is null && request.Kind is MessageKind.Check or MessageKind.Apply)
            throw new ProtocolException("a change without a plan");
        if (change.Active is not { Rule: ActiveCodeRule.Finish or ActiveCodeRule.Wait or ActiveCodeRule.Refuse, Milliseconds: >= 0 })
            throw new ProtocolException("a rule for calls under way that is none");
        try
        {
            _transitions ??= create();
            return request.Kind switch
            {
                MessageKind.Inspect => Of(MessageKind.Facts, _transitions.Inspect(), MessageLayout.Facts),
                MessageKind.Status => Of(MessageKind.Force, _records.Of(_transitions.Status()), MessageLayout.Status),
                MessageKind.Check => Of(MessageKind.Step, _transitions.Check(change.Plan!), MessageLayout.Step),
                MessageKind.Apply => Of(MessageKind.Step, _records.Applied(_transitions.Apply(change.Plan!, change.Active), change.Plan!, change.Author, user), MessageLayout.Step),
                _ => Of(MessageKind.Step, _records.RolledBack(_transitions.RollBack(change.Active), change.Author), MessageLayout.Step),
            };
        }
        catch (AgentException refused)
        {
            return Of(MessageKind.Failed, refused.Failure, MessageLayout.Failure);
        }
        catch (Exception failed) when (failed is not ProtocolException)
        {
            // It is told to the one who asked; the program that we are a guest of does not know of us.
            return Of(MessageKind.Broken, $"{failed.GetType().Name}: {failed.Message}", MessageLayout.Text);
        }
    }

    private static Frame Of<T>(MessageKind kind, T value, MessageMembers<T> members) => new(kind, MessageWriter.Write(value, members));
}
