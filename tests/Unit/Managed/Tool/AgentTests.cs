extern alias agent;

using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed;
using HotpatchBuild.Runtime.Managed.Attaching;
using HotpatchBuild.Runtime.Managed.Processes;
using Agent = agent::HotpatchBuild.Protocol;
using Channel = agent::HotpatchBuild.Agent.Channel;
using Switching = agent::HotpatchBuild.Agent.Switching;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

/// <summary>The engine and the agent's channel, both in this process: only the core behind the channel is a fake.</summary>
[Collection(AgentInThisProcess.Name)]
public sealed class AgentTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly ManagedProcess _self = ManagedProcess.Open(Environment.ProcessId);
    private readonly FakeTransitions _core = new();
    private readonly Channel.AgentServer _server;

    public AgentTests()
    {
        _server = new Channel.AgentServer(_self.AgentFolder, new Channel.AgentRequests(() => _core, TimeProvider.System));
        _server.Start();
    }

    public void Dispose()
    {
        _core.Go.Set();
        _server.Stop();
        Assert.False(Directory.Exists(_self.AgentFolder));
    }

    [Fact]
    public void A_delta_comes_into_force_is_superseded_and_rolled_back()
    {
        ManagedDelta first = Delta("v1.1"), second = Delta("v1.2");
        using (ManagedEngine engine = Engine())
        {
            ManagedChange change = engine.Check(first);
            Assert.Equal((false, null, null, 1), (change.AlreadyThere, change.Delta, change.Before, change.Methods));
            change = engine.Apply(first);
            Assert.Equal((false, first.File.Manifest.Id, null), (change.AlreadyThere, change.Delta, change.Before));
            Assert.Equal(["Reports"], change.NotLoaded);
            Assert.Equal(12.5, change.Suspended.TotalMicroseconds);
            Assert.Empty(change.Notes);
        }
        using (ManagedEngine engine = Engine())
        {
            Assert.True(engine.Apply(first).AlreadyThere);
            ManagedChange change = engine.Apply(second);
            Assert.Equal((second.File.Manifest.Id, first.File.Manifest.Id, "v1.1"), (change.Delta, change.Before, change.BeforeManifest!.Target.Describe));
            ManagedStatus status = engine.Status();
            Assert.Equal(("v1.2", "ops@host", 2, 2), (status.InForce!.Manifest!.Target.Describe, status.InForce.By, status.History.Length, status.Loaded));
            Assert.Equal(SystemCalls.EffectiveUser(), status.InForce.Uid);
            Assert.False(status.History[0].RolledBack);
            Assert.Equal("v1.2", engine.RollBack().BeforeManifest!.Target.Describe);
            Assert.True(engine.RollBack().AlreadyThere);
            status = engine.Status();
            Assert.Null(status.InForce);
            Assert.True(status.History[1].RolledBack);
            Assert.NotNull(status.History[1].EndedAt);
        }
    }

    [Fact]
    public void A_delta_that_does_not_fit_never_reaches_the_core()
    {
        _core.Assemblies[0] = _core.Assemblies[0] with { Mvid = Guid.Parse("99990000-0000-0000-0000-000000000000") };
        Failure failure = Refused(engine => engine.Apply(Delta("v2")));
        Assert.Equal("HPB4105", failure.Id);
        Assert.Contains("build 111122223333 of App", failure.What);
        Assert.Contains("build 999900000000", failure.What);

        _core.Assemblies[0] = _core.Assemblies[0] with { Name = "Other" };
        Assert.Equal("HPB4117", Refused(engine => engine.Apply(Delta("v2"))).Id);

        _core.Assemblies[0] = new Agent.LoadedAssembly("App", FakeDelta.Mvid, "Default", false);
        _core.Debugger = true;
        Assert.Equal("HPB4108", Refused(engine => engine.Apply(Delta("v2"))).Id);
        Assert.DoesNotContain(_core.Calls, call => call.StartsWith("apply", StringComparison.Ordinal));

        Assert.Equal("HPB3405", Refused(engine => engine.Apply(ManagedDelta.Of(FakeDelta.Create("v2", Guid.NewGuid())))).Id);
        Assert.Equal("HPB4116", Assert.Throws<HotpatchException>(() => ManagedDelta.Of(Unit.Runtime.Tool.SampleDelta.Create())).Failure.Id);
    }

    [Fact]
    public void Another_load_context_may_have_another_build()
    {
        _core.Assemblies.Insert(0, new Agent.LoadedAssembly("App", Guid.NewGuid(), "Plugin", false));
        using ManagedEngine engine = Engine();
        Assert.NotNull(engine.Apply(Delta("v2")).Delta);
    }

    [Fact]
    public void An_assembly_that_is_not_loaded_yet_is_no_obstacle()
    {
        _core.Assemblies.Clear();
        _core.Assemblies.Add(new Agent.LoadedAssembly("app", FakeDelta.Mvid, "Default", false));
        using ManagedEngine engine = Engine();
        Assert.NotNull(engine.Apply(Delta("v2")).Delta);
    }

    [Fact]
    public void A_process_that_was_not_prepared_is_told_of()
    {
        _core.Prepared = false;
        using ManagedEngine engine = Engine();
        Assert.Equal("HPB4122", Assert.Single(engine.Check(Delta("v2")).Notes).Id);
        _core.DynamicMethods = true;
        Assert.Equal("HPB4121", Assert.Single(engine.Apply(Delta("v2")).Notes).Id);
    }

    [Fact]
    public void What_the_core_refuses_has_the_tools_words_and_is_not_recorded()
    {
        _core.Failure = new Agent.AgentFailure(Agent.AgentError.CollectibleContext, ["App", "plugins"]);
        Assert.Equal("HPB4131", Refused(engine => engine.Apply(Delta("v2"))).Id);
        using ManagedEngine engine = Engine();
        Assert.Empty(engine.Status().History);
    }

    [Fact]
    public void A_core_that_throws_answers_and_goes_on_answering()
    {
        _core.Exception = new InvalidOperationException("no such luck.");
        Failure failure = Refused(engine => engine.Apply(Delta("v2")));
        Assert.Equal("HPB4119", failure.Id);
        Assert.Contains("InvalidOperationException: no such luck.", failure.What);
        _core.Exception = new Switching.AgentException(Agent.AgentError.OtherProfilerVersion, "1", "2");
        Assert.Equal("HPB4138", Refused(engine => engine.Apply(Delta("v2"))).Id);
        _core.Exception = null;
        using ManagedEngine engine = Engine();
        Assert.NotNull(engine.Apply(Delta("v2")).Delta);
    }

    [Fact]
    public void A_profiler_that_is_not_attached_means_that_nothing_is_in_force()
    {
        _core.Exception = new Switching.AgentException(Agent.AgentError.RuntimeRefused, "AttachProfiler", "0x80004005", "");
        using ManagedEngine engine = Engine();
        Assert.Null(engine.Status().InForce);
        Assert.True(engine.RollBack().AlreadyThere);
    }

    [Fact]
    public async Task A_second_tool_is_told_that_it_is_one()
    {
        _core.Go.Reset();
        Task<ManagedChange> first = Task.Run(() =>
        {
            using ManagedEngine engine = Engine();
            return engine.Apply(Delta("v2"));
        });
        Assert.True(_core.Working.Wait(s_limit));
        Assert.Equal("HPB4109", Refused(engine => engine.Status()).Id);
        _core.Go.Set();
        Assert.NotNull((await first).Delta);
        using ManagedEngine next = Engine();
        Assert.NotNull(next.Status().InForce);
    }

    [Fact]
    public void What_is_no_request_ends_its_connection_and_nothing_else()
    {
        foreach (Frame frame in (Frame[])[new(MessageKind.Hello, default), new((MessageKind)200, new byte[3]), new(MessageKind.Apply, new byte[3]),
            new(MessageKind.Status, new byte[1]), new(MessageKind.Apply, MessageWriter.Write(MessageLayout.NoRequest, MessageLayout.Request))])
        {
            using UnixStream stream = Connect();
            Assert.Equal(MessageKind.Hello, Frame.Read(stream)!.Value.Kind);
            frame.Write(stream);
            Assert.Null(Frame.Read(stream));
        }
        using (UnixStream stream = Connect())
        {
            Frame.Read(stream);
            stream.Write([0xFF, 0xFF, 0xFF, 0xFF, 1]);
            Assert.Null(Frame.Read(stream));
        }
        using ManagedEngine engine = Engine();
        Assert.Null(engine.Status().InForce);
        Assert.Equal(["status"], _core.Calls);
    }

    [Fact]
    public void Nobody_else_can_get_into_the_folder()
    {
        using AgentFolder? folder = AgentFolder.Open(_self.AgentFolder, SystemCalls.EffectiveUser());
        Assert.NotNull(folder);
        Assert.Throws<IOException>(() => AgentFolder.Open(_self.AgentFolder, SystemCalls.EffectiveUser() + 1));
    }

    [Fact]
    public void A_socket_that_was_cleaned_away_is_made_again_when_the_hook_is_called_again()
    {
        Directory.Delete(_self.AgentFolder, recursive: true);
        Assert.False(_server.Listening);
        _server.Start();
        Assert.True(_server.Listening);
        using ManagedEngine engine = Engine();
        Assert.Null(engine.Status().InForce);
    }

    [Fact]
    public void What_killed_processes_left_is_removed_and_nothing_else()
    {
        string temporary = Directory.CreateTempSubdirectory("hp-stale-").FullName;
        try
        {
            string stale = Path.Combine(temporary, "hotpatch-1-2"), filling = Path.Combine(temporary, "hotpatch-3-4"), other = Path.Combine(temporary, "other");
            foreach (string folder in (string[])[stale, filling, other])
                AgentFolder.Create(folder)!.Dispose();
            var dead = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(stale, "moving")));
            File.Move(Path.Combine(stale, "moving"), Path.Combine(stale, AgentPlace.SocketName));
            dead.Dispose();
            Channel.StaleFolders.Remove(temporary);
            Assert.Equal([filling, other], Directory.GetDirectories(temporary).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    [Fact]
    public void Without_an_agent_reading_starts_none()
    {
        _server.Stop();
        using ManagedEngine engine = Engine();
        Assert.Null(engine.Status().InForce);
        Assert.True(engine.RollBack().AlreadyThere);
        Assert.False(Directory.Exists(_self.AgentFolder));
    }

    private UnixStream Connect() => UnixStream.Connect(Path.Combine(_self.AgentFolder, AgentPlace.SocketName), s_limit)!;

    private Failure Refused(Func<ManagedEngine, object> act)
    {
        using ManagedEngine engine = Engine();
        return Assert.Throws<HotpatchException>(() => act(engine)).Failure;
    }

    private ManagedEngine Engine() => new(_self, new ManagedOptions("ops@host", "hotpatch 0.1.0", TimeSpan.FromSeconds(1)), new AgentFiles("/nowhere"));

    private static ManagedDelta Delta(string target) => ManagedDelta.Of(FakeDelta.Create(target));
}
