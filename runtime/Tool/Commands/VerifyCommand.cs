using System.CommandLine;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Managed;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>verify</c> checks a delta's integrity and signature.</summary>
internal static class VerifyCommand
{
    private const string Name = "verify";

    public static Command Create()
    {
        var command = new Command(Name, "Check a delta's integrity and signature.");
        var delta = new DeltaOptions();
        delta.AddTo(command);
        command.SetAction(parsed => Execution.Run(parsed, () => Run(delta.Read(parsed)), Write));
        return command;
    }

    private static VerifyOutput Run(CheckedDelta delta)
    {
        // Native images were read with the delta.
        if (delta.File.Manifest.Modules.Any(module => module.Engine == PatchEngine.Managed))
            ManagedDelta.Of(delta.File).Verify();
        return Of(delta);
    }

    private static VerifyOutput Of(CheckedDelta delta) => new(
        Name, 0, null, Conversions.Of(delta.File.Manifest, delta.Signature), [.. delta.File.Manifest.Modules.Select(Conversions.Of)]);

    private static void Write(VerifyOutput output, TextWriter text)
    {
        DeltaText.Write(output.Delta, text);
        foreach (var module in output.Modules)
            text.WriteLine(Reporter.OneLine($"{module.Name}: {module.Engine}, image {Phrases.Id(module.ImageSha256)} is whole"));
    }
}
