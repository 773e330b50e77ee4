using System.CommandLine;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tool.Listing;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>inspect</c> shows what a delta changes, down to the instructions.</summary>
internal static class InspectCommand
{
    private const string Name = "inspect";

    public static Command Create()
    {
        var command = new Command(Name, "Show what a delta changes: each function before and after.");
        var delta = new DeltaOptions();
        var function = new Option<string?>("--function") { Description = "Only functions whose name contains this." };
        var summary = new Option<bool>("--summary") { Description = "No instructions." };
        delta.AddTo(command);
        command.Options.Add(function);
        command.Options.Add(summary);
        command.SetAction(parsed => Execution.Run(
            parsed, () => Run(delta.Read(parsed), parsed.GetValue(function), parsed.GetValue(summary)), InspectText.Write));
        return command;
    }

    private static InspectOutput Run(CheckedDelta delta, string? filter, bool summary)
    {
        var modules = delta.File.Manifest.Modules.Select(module => Of(delta.File, module, filter, summary)).ToList();
        if (filter is not null && modules.All(module => module.Functions.Count == 0))
            throw new HotpatchException(ToolDiagnostics.NoSuchFunction.With(filter));
        return new InspectOutput(Name, 0, null, Conversions.Of(delta.File.Manifest, delta.Signature), modules);
    }

    private static InspectedModule Of(DeltaFile delta, DeltaModule module, string? filter, bool summary)
    {
        if (module.Engine == PatchEngine.Managed)
            return ManagedListing.Of(delta, module, (name, symbol) => Fits(filter, name, symbol));

        var image = delta.ImageOf(module);
        var sources = module.Functions.ToLookup(function => function.Symbol);
        var listing = summary ? null : new ImageListing(image);
        var functions = image.Functions
            .Where(function => Fits(filter, function.DisplayName, function.Symbol))
            .Select(function =>
            {
                var source = sources[function.Symbol].FirstOrDefault();
                return new InspectedFunction(
                    function.Symbol, function.DisplayName, source?.File, source?.FirstLine ?? 0, source?.LastLine ?? 0, function.PatchPoint is null,
                    function.PatchPoint?.Size ?? 0, function.Size, listing?.Before(function), listing?.After(function), null);
            })
            .ToList();
        return new InspectedModule(
            module.Name, Conversions.NameOf(module.Engine), module.BuildId, SizeOf(image, ImageSection.Text),
            SizeOf(image, ImageSection.ReadOnlyData) + SizeOf(image, ImageSection.Data) + SizeOf(image, ImageSection.Unwind), image.UnwindSlots.Length, functions, []);
    }

    private static bool Fits(string? filter, string name, string symbol) =>
        filter is null || name.Contains(filter, StringComparison.OrdinalIgnoreCase) || symbol.Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static int SizeOf(NativePatchImage image, ImageSection section) => image.Sections[section].Length;
}
