extern alias agent;
using System.Reflection;
using agent::HotpatchBuild.Agent.Interop;
using agent::HotpatchBuild.Agent.Switching;
using agent::HotpatchBuild.Protocol;

namespace HotpatchBuild.Tests.Unit.Managed.Bodies;

/// <summary>Whom a gate that holds lets through: the thread that runs transition code, and nobody when none does.</summary>
public sealed unsafe class TransitionOwners
{
    private static readonly ManualResetEventSlim s_end = new();

    private static TransitionCode? s_code;
    private static bool s_owned;

    public TransitionOwners()
    {
        // Words of memory need no runtime that has accepted it.
        ProfilerLibrary.Bind(Path.Combine(AppContext.BaseDirectory, "libhotpatch.so"));
        s_code = new TransitionCode();
        s_owned = false;
        s_end.Reset();
    }

    [Fact]
    public void ItIsTheThreadOfTheCodeUntilThatHasRun()
    {
        s_code!.Run([Code(nameof(Look))], 60_000);
        Assert.True(s_owned);
        Assert.Equal(0, Owner);
    }

    [Fact]
    public void ItIsNobodyWhenTheCodeHasFailed()
    {
        Assert.Equal(AgentError.TransitionFailed, Assert.Throws<AgentException>(() => s_code!.Run([Code(nameof(Look)), Code(nameof(Fail))], 60_000)).Failure.Error);
        Assert.True(s_owned);
        Assert.Equal(0, Owner);
    }

    [Fact]
    public void ItIsNobodyWhenTheCodeIsLeftToItself()
    {
        Assert.Equal(AgentError.TransitionTimedOut, Assert.Throws<AgentException>(() => s_code!.Run([Code(nameof(Stay))], 1)).Failure.Error);
        int owner = Owner;
        s_end.Set();
        Assert.Equal(0, owner);
    }

    private static int Owner => Volatile.Read(ref *(int*)s_code!.Owner);

    private static BoundTransition Code(string name) =>
        new(new TransitionPlan(TransitionMoment.Transition, "", name, name, name), typeof(TransitionOwners).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!);

    private static void Look() => s_owned = Owner == Environment.CurrentManagedThreadId;

    private static void Fail() => throw new InvalidOperationException();

    private static void Stay() => s_end.Wait();
}
