using HotpatchBuild.Protocol;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

/// <summary>One message of each kind, with something in every member.</summary>
internal static class Samples
{
    public static readonly DeltaPlan Plan = new(new string('a', 32), [1, 2, 3],
    [
        new ModulePlan("App", Guid.Parse("0a1b2c3d-0000-1111-2222-333344445555"), "HotpatchBuild.Patch.App.0123456789abcdef", [4, 5, 6],
            [new MethodPlan(0x06000012, "Holders.Cart", "Total_1", [0, 1, 14, 8], [10, 1, 19, 0], 2, "Cart.Total(int) — größer")],
            [new AddedPlan("HotpatchBuild.Added.0123456789abcdef", [7])],
            [new TransitionPlan(TransitionMoment.Rollback, "<transitions>", "Back", "prices", "Repair.Back()")]),
        new ModulePlan("Library", Guid.Empty, "", [], [], [], []),
    ]);

    public static readonly TargetFacts Facts = new(".NET 10.0.12", true, true, true, [new LoadedAssembly("App", Guid.NewGuid(), "Default", true)]);

    public static readonly StepReport Step = new(
        new AgentFailure(AgentError.CannotBind, ["Cart.Total(int)", "no such method"]), "delta", 12, ["Reports"], [new StaleCode("Cart.Total(int)", StaleKind.Inliner, 4711, 2)], 31.5);

    public static readonly StatusAnswer Status = new(
        new ForceReport("delta", [1], new DateTime(2026, 8, 1, 12, 0, 0, DateTimeKind.Utc), 3, ["Reports"], [new StaleCode("m", StaleKind.StateMachine, 0, 1)]),
        [
            new ForceRecord("first", [1], new DateTime(1, DateTimeKind.Utc), new DateTime(2, DateTimeKind.Utc), "ops@host", 1000, "hotpatch 0.1.0", new DateTime(3, DateTimeKind.Utc), "ops@host",
                ForceEnd.Superseded),
        ],
        2);

    public static readonly ChangeRequest Request = new(new Author("ops@host", "hotpatch 0.1.0"), new ActiveCodeChoice(ActiveCodeRule.Wait, 2500), Plan);

    /// <summary>Each with its reader, which gives the bytes of what it has read.</summary>
    public static IEnumerable<(string Name, ReadOnlyMemory<byte> Bytes, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Again)> All()
    {
        yield return One("hello", new Hello(Hello.RightMagic, 1, "0.1.0"), MessageLayout.NoHello, MessageLayout.Hello);
        yield return One("facts", Facts, MessageLayout.NoFacts, MessageLayout.Facts);
        yield return One("step", Step, MessageLayout.NoStep, MessageLayout.Step);
        yield return One("step done", Step with { Failure = null, InForce = null, NotLoaded = [], Stale = [] }, MessageLayout.NoStep, MessageLayout.Step);
        yield return One("status", Status, MessageLayout.NoStatus, MessageLayout.Status);
        yield return One("request", Request, MessageLayout.NoRequest, MessageLayout.Request);
        yield return One("roll-back", Request with { Plan = null }, MessageLayout.NoRequest, MessageLayout.Request);
        yield return One("failure", Step.Failure!, MessageLayout.NoFailure, MessageLayout.Failure);
    }

    private static (string, ReadOnlyMemory<byte>, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>) One<T>(string name, T value, T blank, MessageMembers<T> members) =>
        (name, MessageWriter.Write(value, members), bytes => MessageWriter.Write(MessageReader.Read(bytes, blank, members), members));
}
