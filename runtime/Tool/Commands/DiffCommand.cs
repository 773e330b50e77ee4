using System.CommandLine;
using System.Reflection;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Compiler.Managed.Diffing;
using HotpatchBuild.Compiler.Pipeline;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Diagnostics.Sarif;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>diff</c> makes a delta out of two builds, without their sources.</summary>
internal static class DiffCommand
{
    private const string Name = "diff";

    public static Command Create()
    {
        var command = new Command(Name, "Make a delta out of two builds of a program or library, without their sources.");
        var old = new Argument<string>("OLD") { Description = "The build that runs: a published folder, an assembly, or a NuGet package." };
        var @new = new Argument<string>("NEW") { Description = "The build that the delta leads to." };
        var output = new Option<string?>("--output", "-o") { Description = $"The delta to write; NAME{DeltaFile.Extension} in the current folder where it is not given." };
        var framework = new Option<string?>("--framework") { Description = "Which of a package's assemblies, for example net8.0; the nearest to .NET 10 where it is not given." };
        var certificate = new Option<string?>("--certificate") { Description = "A PFX or PEM file with the certificate and key to sign the delta with." };
        var advisory = new Option<string?>("--advisory") { Description = "Why the delta was made, in a sentence." };
        var identifiers = new Option<string[]>("--id") { Description = "A CVE number, ticket or link; may be given more than once." };
        var sarif = new Option<string?>("--sarif") { Description = "Write refusals and warnings to this file, in SARIF 2.1.0 for code scanning." };
        command.Arguments.Add(old);
        command.Arguments.Add(@new);
        foreach (var option in (Option[])[output, framework, certificate, advisory, identifiers, sarif])
            command.Options.Add(option);
        command.SetAction(parsed => Execution.Run(
            parsed,
            () => Run(
                BuildDifference.Of(parsed.GetValue(old)!, parsed.GetValue(@new)!, parsed.GetValue(framework), new ManagedDeltaCompiler(), Progress(parsed.GetValue(Execution.Json))),
                parsed.GetValue(output), parsed.GetValue(certificate), parsed.GetValue(sarif), new DeltaAdvisory(parsed.GetValue(advisory) ?? "", [.. parsed.GetValue(identifiers) ?? []])),
            DiffText.Write,
            output => output.Refusals.Select(Conversions.ErrorOf)));
        return command;
    }

    private static DiffOutput Run(BuildDifference difference, string? path, string? certificate, string? sarif, DeltaAdvisory advisory)
    {
        var result = difference.Result;
        if (sarif is not null)
            WriteSarif(sarif, difference);
        var output = new DiffOutput(
            Name, 0, null, null, null, 0, difference.Framework, difference.Compared, difference.Same, difference.OnlyOld, difference.OnlyNew,
            [.. result.Modules.Select(module => new DiffedModule(module.Name, module.Mvid, module.Image.Length, [.. module.Functions.Select(FunctionOf)]))],
            [.. result.Refusals.Select(Conversions.RefusalOf)], [.. result.Warnings.Select(Conversions.WarningOf)]);
        if (result.Refusals is [var first, ..])
            return output with { ExitCode = (int)first.ExitCode, Error = Conversions.ErrorOf(Conversions.RefusalOf(first)) };
        if (result.Modules.IsEmpty)
            return output;

        var delta = DeltaFile.Create(
            new DeltaManifest
            {
                FormatVersion = DeltaManifest.CurrentFormatVersion,
                Id = "",
                Program = difference.Program,
                Baseline = difference.Baseline,
                Target = difference.Target,
                CreatedAt = TimeProvider.System.GetUtcNow(),
                CreatedBy = $"hotpatch {Version}",
                Advisory = advisory,
                Modules = [.. result.Modules.Select(module => new DeltaModule(module.Name, PatchEngine.Managed, module.Mvid, null, "", "", module.Functions))],
            },
            result.Modules.ToDictionary(module => module.Name, module => module.Image));
        if (certificate is not null)
        {
            using var signer = DeltaSigner.Load(certificate);
            delta = DeltaSignature.Sign(delta, signer);
        }
        var file = path ?? difference.Program + DeltaFile.Extension;
        delta.Write(file);
        var signature = DeltaSignature.Verify(delta, SignaturePolicy.Anything, TimeProvider.System.GetUtcNow());
        return output with { Delta = Conversions.Of(delta.Manifest, signature), File = file, Size = new FileInfo(file).Length };
    }

    private static void WriteSarif(string path, BuildDifference difference)
    {
        OutputFiles.Write(Path.GetFullPath(path), SarifWriter.Write(new SarifRun
        {
            Version = Version,
            Category = $"hotpatch/{difference.Program}/",
            Findings =
            [
                .. difference.Result.Warnings.Select(warning => new SarifFinding(warning, FailureSeverity.Warning)),
                .. difference.Result.Refusals.Select(refusal => new SarifFinding(refusal, FailureSeverity.Error)),
            ],
        }));
    }

    private static string Version => typeof(DiffCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static DiffedFunction FunctionOf(DeltaFunction function) =>
        new(function.Symbol, function.DisplayName, function.File, function.FirstLine, function.LastLine, function.Added);

    /// <summary>Only people wait.</summary>
    private static Action<string> Progress(bool json)
    {
        if (json || Console.IsErrorRedirected)
            return static _ => { };
        return static text => Console.Error.WriteLine(Reporter.OneLine($"{text} ..."));
    }
}
