using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Compiler.Pipeline;
using HotpatchBuild.Formats.Diagnostics;
using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>Values of a library that code of other assemblies has compiled in: assemblies of the delta are patched, others are named.</summary>
public sealed class FoldedElsewhere : IDisposable
{
    private const string Library = """
        public static class Prices
        {
            public const int Limit = 10;
            internal const int Secret = 1;
            public static int Total(int items, int rate = 19) => items * rate;
            public static int Net(int items) => items;
            public static int Base() => 5;
        }
        """;

    private const string App = """
        public static class Shop
        {
            static readonly int start = Prices.Base() * 2;
            public static int Check(int n) => n > Prices.Limit ? Prices.Total(n) : start;
            static void Main() { }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-folded").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Constants_reach_the_assemblies_of_the_delta()
    {
        ManagedDeltaResult result = Compare(Library.Replace("Limit = 10", "Limit = 12", StringComparison.Ordinal));
        Assert.Empty(result.Refusals);
        Assert.Equal(["HPB1121"], result.Warnings.Select(warning => warning.Id));
        Assert.Equal(["Shop.Check(int)"], result.Modules.SelectMany(module => module.Functions).Select(function => function.DisplayName));
    }

    [Fact]
    public void Constants_are_reported_for_each_assembly_that_refers_to_theirs()
    {
        string uses = Outside("Uses", "public class U { public int A() => Prices.Net(1); }"), none = Outside("None", "public class N { public int A() => 1; }");
        ManagedDeltaResult result = Compare(Library.Replace("Limit = 10", "Limit = 12", StringComparison.Ordinal), uses, none);
        Failure warning = Assert.Single(result.Warnings, warning => warning.Id == "HPB2442");
        Assert.Equal("Prices.Limit changed its value (10 → 12). Assemblies that are not built from these sources refer to Lib, and where they use the constant they keep the old value: Uses.", warning.What);
        Assert.Empty(result.Refusals);
        // Nobody outside can have compiled it in.
        Assert.DoesNotContain("HPB2442", Compare(Library.Replace("Secret = 1", "Secret = 2", StringComparison.Ordinal), uses).Warnings.Select(w => w.Id));
    }

    [Fact]
    public void Default_values_are_reported_for_each_assembly_that_calls_the_method()
    {
        string calls = Outside("Calls", "public class C { public int A() => Prices.Total(1); }"), others = Outside("Others", "public class O { public int A() => Prices.Net(1); }");
        ManagedDeltaResult result = Compare(Library.Replace("rate = 19", "rate = 7", StringComparison.Ordinal), calls, others);
        Failure warning = Assert.Single(result.Warnings, warning => warning.Id == "HPB2443");
        Assert.EndsWith("go on passing the old value: Calls.", warning.What, StringComparison.Ordinal);
        Assert.Equal(["Shop.Check(int)"], result.Modules.SelectMany(module => module.Functions).Select(function => function.DisplayName));
        Assert.DoesNotContain("HPB2443", Compare(Library.Replace("rate = 19", "rate = 7", StringComparison.Ordinal), others).Warnings.Select(w => w.Id));
    }

    [Fact]
    public void Static_initialisers_of_other_assemblies_are_reported()
    {
        ManagedDeltaResult result = Compare(Library.Replace("Base() => 5", "Base() => 6", StringComparison.Ordinal));
        Failure warning = Assert.Single(result.Warnings, warning => warning.Id == "HPB2444");
        Assert.Equal(("Shop static constructor calls Prices.Base() of Lib, which changed: what it computed when it ran stays.", 3), (warning.What, warning.Where?.Line));
        Assert.DoesNotContain("HPB2444", Compare(Library.Replace("=> items;", "=> items + 1;", StringComparison.Ordinal)).Warnings.Select(w => w.Id));
    }

    [Fact]
    public void A_library_whose_users_are_unknown_refuses_them()
    {
        EditSet edits = AssemblyComparison.Compare(Compiled.From(Library), Compiled.From(Library.Replace("Limit = 10", "Limit = 12", StringComparison.Ordinal).Replace("rate = 19", "rate = 7", StringComparison.Ordinal)));
        Assert.Equal(["HPB1120", "HPB1124"], edits.Refusals.Select(refusal => refusal.Id).Order());
        Assert.Empty(edits.Folded);
    }

    private static ManagedDeltaResult Compare(string libraryAfter, params string[] deployed)
    {
        ManagedBuild Build(string library) => new() { Assemblies = [.. Assemblies(library)], References = [], Deployed = [.. deployed] };
        return new ManagedDeltaCompiler().Compile(Build(Library), Build(libraryAfter));
    }

    private static ProgramAssembly[] Assemblies(string library)
    {
        ProgramAssembly built = Assembly("Lib", library, program: false);
        return [Assembly("App", App, program: true, built), built];
    }

    private static ProgramAssembly Assembly(string name, string source, bool program, params ProgramAssembly[] references)
    {
        AssemblyRevision revision = Compiled.From([($"/src/{name}.cs", source)], program, name, references: references.Select(r => MetadataReference.CreateFromImage(r.Image.ToArray())));
        return new ProgramAssembly(name, BuildFiles.ReadMvid(revision.Assembly, name), revision.Assembly, revision.Symbols ?? default);
    }

    private string Outside(string name, string source)
    {
        string path = Path.Combine(_folder, name + ".dll");
        File.WriteAllBytes(path, Assembly(name, source, program: false, Assembly("Lib", Library, program: false)).Image.ToArray());
        return path;
    }
}
