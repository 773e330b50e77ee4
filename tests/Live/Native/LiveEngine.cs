using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>The engine inside this process, where thousands of switches are needed.</summary>
internal sealed class LiveEngine : IDisposable
{
    private readonly LiveTarget _target;
    private readonly Dictionary<string, NativeDelta> _deltas = [];

    /// <param name="pid">The process.</param>
    /// <param name="restingPatience">How long to look for a moment without calls under way; null for the product's own.</param>
    public LiveEngine(int pid, TimeSpan? restingPatience = null)
    {
        var options = new EngineOptions("tester@host", 0, "test", TimeSpan.FromSeconds(30), TimeProvider.System);
        if (restingPatience is { } patience)
            options = options with { RestingPatience = patience };
        _target = LiveTarget.Open(pid);
        Engine = new NativeEngine(_target.Target, options);
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
