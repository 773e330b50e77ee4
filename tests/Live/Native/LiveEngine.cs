using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>The engine inside this process, where thousands of switches are needed.</summary>
internal sealed class LiveEngine : IDisposable
{
    private static readonly EngineOptions s_options = new("tester@host", 0, "test", TimeSpan.FromSeconds(30), TimeProvider.System);

    private readonly LiveTarget _target;
    private readonly Dictionary<string, NativeDelta> _deltas = [];

    public LiveEngine(int pid)
    {
        _target = LiveTarget.Open(pid);
        Engine = new NativeEngine(_target.Target, s_options);
    }

    public NativeEngine Engine { get; }

    public ChangeReport Apply(string delta)
    {
        if (!_deltas.TryGetValue(delta, out NativeDelta? loaded))
            _deltas.Add(delta, loaded = NativeDelta.For(DeltaFile.Read(delta), _target.Target));
        return Engine.Apply(loaded);
    }

    public void Dispose() => _target.Dispose();
}
