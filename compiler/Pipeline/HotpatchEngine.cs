using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Arena;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Hosting;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>The engine as a build calls it: failures become messages here and nowhere else.</summary>
public sealed class HotpatchEngine : IHotpatchEngine
{
    private const int PageSize = 4096;

    /// <inheritdoc/>
    public BuildReport WriteArenaObject(string path, ArenaReserve reserve) => Reported(() =>
    {
        Require(reserve.CodeBytes is >= PageSize and <= 1 << 30 && reserve.CodeBytes % PageSize == 0, "HotpatchArenaCodeBytes", reserve.CodeBytes, "a multiple of 4096 from 4096 to 1073741824");
        Require(reserve.Functions is >= 1 and <= 1 << 20, "HotpatchArenaFunctions", reserve.Functions, "from 1 to 1048576");
        Require(reserve.DataBytes is >= PageSize and <= 1 << 30 && reserve.DataBytes % PageSize == 0, "HotpatchArenaDataBytes", reserve.DataBytes, "a multiple of 4096 from 4096 to 1073741824");
        byte[] content = ArenaObject.Create(new ArenaOptions { CodeSize = (int)reserve.CodeBytes, SlotCount = reserve.Functions, DataSize = (int)reserve.DataBytes });
        OutputFiles.Write(path, content);
        return new BuildReport([new BuildMessage(BuildMessageKind.Detail, $"{path} written, {content.Length} bytes")], null, null);
    });

    /// <inheritdoc/>
    public BuildReport EmitHotpatch(BuildRequest request, CancellationToken cancellation)
    {
        BuildReport report = Reported(() => new HotpatchBuildSession(request, EngineOf(request), TimeProvider.System).Run(cancellation));
        if (request.Sarif.Length == 0)
            return report;
        // Whatever came of it: a service that is given no log takes earlier findings for standing.
        BuildReport written = Reported(() => CodeScanningLog.Write(request, report));
        return report with { Messages = [.. report.Messages, .. written.Messages] };
    }

    private static IProgramEngine EngineOf(BuildRequest request) =>
        request.Native is { } native ? new NativeEngine(request, native, new NativeDeltaCompiler()) : new ManagedEngine(request, new ManagedDeltaCompiler());

    private static void Require(bool condition, string setting, object value, string allowed)
    {
        if (!condition)
            throw new HotpatchException(PipelineDiagnostics.BadSetting.With(setting, value, allowed));
    }

    private static BuildReport Reported(Func<BuildReport> work)
    {
        try
        {
            return work();
        }
        catch (HotpatchException e)
        {
            return new BuildReport([BuildMessage.From(e.Failure, BuildMessageKind.Error)], null, null);
        }
    }
}
