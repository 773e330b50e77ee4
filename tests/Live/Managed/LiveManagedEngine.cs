using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Managed;
using HotpatchBuild.Runtime.Managed.Attaching;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>The engine inside this process, where hundreds of switches are needed.</summary>
internal sealed class LiveManagedEngine(int pid) : IDisposable
{
    private readonly Dictionary<string, ManagedDelta> _deltas = [];

    public ManagedEngine Engine { get; } = new(ManagedProcess.Open(pid), new ManagedOptions("tester@host", "test", TimeSpan.FromSeconds(30)), AgentFiles.BesideTool);

    public ManagedChange Apply(string delta)
    {
        if (!_deltas.TryGetValue(delta, out ManagedDelta? loaded))
            _deltas.Add(delta, loaded = ManagedDelta.Of(DeltaFile.Read(delta)));
        return Engine.Apply(loaded);
    }

    public void Dispose() => Engine.Dispose();
}
