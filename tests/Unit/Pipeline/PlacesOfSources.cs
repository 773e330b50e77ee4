using HotpatchBuild.Compiler.Pipeline;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Pipeline;

/// <summary>Symbols of deterministic builds name sources by a mapped root.</summary>
public sealed class PlacesOfSources : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("hotpatch-places");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void A_message_names_the_file_of_this_checkout()
    {
        string file = Path.Combine(_root.FullName, "Shop", "Price.cs");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        ProgramDelta delta = SourcePlaces.In(new ProgramDelta { Refusals = [At("/_/Shop/Price.cs")], Warnings = [At("/_/Shop/Gone.cs"), At("/elsewhere/Shop.cs")] }, _root.FullName);
        Assert.Equal(new SourceLocation(file, 7, 3), delta.Refusals[0].Where);
        Assert.Equal(["/_/Shop/Gone.cs", "/elsewhere/Shop.cs"], delta.Warnings.Select(warning => warning.Where!.File));
    }

    [Fact]
    public void A_function_names_the_file_of_the_repository()
    {
        DeltaFunction[] functions = [Function("/_/Shop/Price.cs"), Function("/elsewhere/Shop.cs"), Function(null)];
        var module = new DeltaModule("Shop", PatchEngine.Managed, Guid.NewGuid(), null, "", "", [.. functions]);
        ProgramDelta delta = SourcePlaces.In(new ProgramDelta { Modules = [new ProgramModule(module, [])] }, _root.FullName);
        Assert.Equal(["Shop/Price.cs", "/elsewhere/Shop.cs", null], delta.Modules[0].Module.Functions.Select(function => function.File));
    }

    private static Failure At(string file) => new("HPB1010", "What.", "Do.", new SourceLocation(file, 7, 3), ExitCode.Refused);

    private static DeltaFunction Function(string? file) => new("F", "F", file, 1, 2, false);
}
