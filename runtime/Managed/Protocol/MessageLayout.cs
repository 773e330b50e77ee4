using System;

namespace HotpatchBuild.Protocol;

/// <summary>What the messages hold: one description, which <see cref="MessageWriter"/> writes and <see cref="MessageReader"/> reads.</summary>
/// <remarks>By hand, because a serializer would bring its assemblies into the target and needs the just-in-time compiler on both sides.</remarks>
internal static class MessageLayout
{
    /// <summary>What readers start from.</summary>
    public static readonly Hello NoHello = new(0, 0, "");

    /// <inheritdoc cref="NoHello"/>
    public static readonly TargetFacts NoFacts = new("", false, false, false, []);

    /// <inheritdoc cref="NoHello"/>
    public static readonly StepReport NoStep = new(null, null, 0, [], [], 0);

    /// <inheritdoc cref="NoHello"/>
    public static readonly ChangeRequest NoRequest = new(new Author("", ""), new ActiveCodeChoice(ActiveCodeRule.Finish, 0), null);

    /// <inheritdoc cref="NoHello"/>
    public static readonly StatusAnswer NoStatus = new(new ForceReport(null, [], default, 0, [], []), [], 0);

    /// <inheritdoc cref="NoHello"/>
    public static readonly AgentFailure NoFailure = new(AgentError.None, []);

    private static readonly DeltaPlan NoPlan = new("", [], []);
    private static readonly ModulePlan NoModule = new("", default, "", [], [], [], []);
    private static readonly MethodPlan NoMethod = new(0, "", "", [], [], 0, "");
    private static readonly TransitionPlan NoTransition = new(TransitionMoment.Transition, "", "", "", "");
    private static readonly AddedPlan NoAdded = new("", []);
    private static readonly LoadedAssembly NoAssembly = new("", default, "", false);
    private static readonly StaleCode NoStale = new("", StaleKind.Frame, 0, 0);
    private static readonly ForceRecord NoRecord = new("", [], default, default, "", 0, "", default, "", ForceEnd.None);

    /// <summary>Passes a <see cref="Protocol.Hello"/>.</summary>
    public static Hello Hello(IMessageTransfer t, Hello h) => new(t.Number(h.Magic), t.Number(h.Protocol), t.Text(h.Version));

    /// <summary>Passes a text alone.</summary>
    public static string Text(IMessageTransfer t, string text) => t.Text(text);

    /// <summary>Passes a <see cref="ChangeRequest"/>.</summary>
    public static ChangeRequest Request(IMessageTransfer t, ChangeRequest r) =>
        new(new Author(t.Text(r.Author.By), t.Text(r.Author.Tool)), new ActiveCodeChoice((ActiveCodeRule)t.Number((int)r.Active.Rule), t.Number(r.Active.Milliseconds)), t.Optional(r.Plan, NoPlan, Plan));

    /// <summary>Passes a <see cref="DeltaPlan"/>.</summary>
    public static DeltaPlan Plan(IMessageTransfer t, DeltaPlan p) => new(t.Text(p.DeltaId), t.Bytes(p.Manifest), t.List(p.Modules, NoModule, Module));

    /// <summary>Passes a <see cref="TargetFacts"/>.</summary>
    public static TargetFacts Facts(IMessageTransfer t, TargetFacts f) => new(
        t.Text(f.Runtime), t.Flag(f.Prepared), t.Flag(f.DynamicMethods), t.Flag(f.Debugger), t.List(f.Assemblies, NoAssembly, Assembly));

    /// <summary>Passes a <see cref="StepReport"/>.</summary>
    public static StepReport Step(IMessageTransfer t, StepReport s) => new(
        t.Optional(s.Failure, NoFailure, Failure), t.OptionalText(s.InForce), t.Number(s.Methods), t.Texts(s.NotLoaded), t.List(s.Stale, NoStale, Stale),
        t.Fraction(s.SwitchMicroseconds));

    /// <summary>Passes a <see cref="StatusAnswer"/>.</summary>
    public static StatusAnswer Status(IMessageTransfer t, StatusAnswer s) => new(Force(t, s.Force), t.List(s.Records, NoRecord, Record), t.Number(s.Loaded));

    private static ModulePlan Module(IMessageTransfer t, ModulePlan m) => new(
        t.Text(m.Assembly), t.Guid(m.Mvid), t.Text(m.PatchAssembly), t.Bytes(m.Image), t.List(m.Methods, NoMethod, Method), t.List(m.Added, NoAdded, Added),
        t.List(m.Transitions, NoTransition, Transition));

    private static MethodPlan Method(IMessageTransfer t, MethodPlan m) => new(
        t.Number(m.Target), t.Text(m.HolderType), t.Text(m.HolderMethod), t.Bytes(m.Signature), t.Bytes(m.Instantiation), t.Number(m.Arguments), t.Text(m.DisplayName));

    private static TransitionPlan Transition(IMessageTransfer t, TransitionPlan p) => new(
        (TransitionMoment)t.Number((int)p.Moment), t.Text(p.HolderType), t.Text(p.HolderMethod), t.Text(p.Identity), t.Text(p.DisplayName));

    private static AddedPlan Added(IMessageTransfer t, AddedPlan a) => new(t.Text(a.Name), t.Bytes(a.Image));

    /// <summary>Passes an <see cref="AgentFailure"/>. A number that this version does not know stays what it is: the tool says so in words.</summary>
    public static AgentFailure Failure(IMessageTransfer t, AgentFailure f) => new((AgentError)t.Number((int)f.Error), t.Texts(f.Details));

    private static LoadedAssembly Assembly(IMessageTransfer t, LoadedAssembly a) => new(t.Text(a.Name), t.Guid(a.Mvid), t.Text(a.Context), t.Flag(a.Collectible));

    private static StaleCode Stale(IMessageTransfer t, StaleCode s) => new(t.Text(s.Method), (StaleKind)t.Number((int)s.Kind), t.Number(s.ThreadId), t.Number(s.Frames));

    private static ForceReport Force(IMessageTransfer t, ForceReport f) => new(
        t.OptionalText(f.DeltaId), t.Bytes(f.Manifest), t.Time(f.Since), t.Number(f.Methods), t.Texts(f.NotLoaded), t.List(f.Stale, NoStale, Stale));

    private static ForceRecord Record(IMessageTransfer t, ForceRecord r) => new(
        t.Text(r.DeltaId), t.Bytes(r.Manifest), t.Time(r.LoadedAt), t.Time(r.Since), t.Text(r.By), t.Number(r.Uid), t.Text(r.Tool), t.Time(r.EndedAt), t.Text(r.EndedBy),
        (ForceEnd)t.Number((int)r.End));
}
