using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Unit.Runtime.Tool;

namespace HotpatchBuild.Tests.Unit.Managed.Diff;

/// <summary><c>hotpatch diff</c> over builds on a disk.</summary>
public sealed class DiffTests : IDisposable
{
    private const string Old = "public class Price\n{\n    public int Of(int net) => net * 2;\n    int Rate() => 1;\n}", New = "public class Price\n{\n    public int Of(int net) => net * 3 + Rate();\n    int Rate() => 1;\n}";

    private readonly Builds _builds = new();

    public void Dispose() => _builds.Dispose();

    [Fact]
    public void Two_assemblies_give_a_delta_with_the_lines_of_their_symbols()
    {
        var result = Diff(_builds.Write("old/Shop.dll", Old), _builds.Write("new/Shop.dll", New));
        Assert.Equal(0, result.ExitCode);
        DeltaFile delta = DeltaFile.Read(_builds["out.hotpatch"]);
        DeltaModule module = Assert.Single(delta.Manifest.Modules);
        DeltaFunction function = Assert.Single(module.Functions);
        Assert.Equal(("Shop", PatchEngine.Managed, "Shop"), (module.Name, module.Engine, delta.Manifest.Program));
        Assert.Equal(("Price.Of(int)", "/src/Code.cs", 3, false), (function.DisplayName, function.File, function.FirstLine, function.Added));
        Assert.Contains("Price.Of(int)  /src/Code.cs:3", result.Output, StringComparison.Ordinal);
        Assert.Contains("out.hotpatch", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_a_program_where_its_runtime_configuration_lies()
    {
        foreach (var (folder, price, limit) in (ReadOnlySpan<(string, string, string)>)[("old", Old, "1"), ("new", New, "2")])
        {
            _builds.Write($"{folder}/Shop.dll", "class P { static void Main() { } }", program: true);
            _builds.Write($"{folder}/Prices.dll", price + $"public static class Limits {{ public const int Most = {limit}; }}");
            File.WriteAllText(_builds[$"{folder}/Shop.runtimeconfig.json"], "{}");
            File.WriteAllText(_builds[$"{folder}/native.dll"], "no assembly");
        }
        _builds.Write("old/Gone.dll", "class C { }");
        _builds.Write("new/Come.dll", "class C { }");
        var result = Diff(_builds["old"], _builds["new"], "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["Prices"], result.Json.GetProperty("compared").EnumerateArray().Select(e => e.GetString()!));
        Assert.Equal(1, result.Json.GetProperty("same").GetInt32());
        Assert.Equal("Gone", Assert.Single(result.Json.GetProperty("onlyOld").EnumerateArray()).GetString());
        Assert.Equal("Come", Assert.Single(result.Json.GetProperty("onlyNew").EnumerateArray()).GetString());
        Assert.Equal("Shop", DeltaFile.Read(_builds["out.hotpatch"]).Manifest.Program);
        // In a program nobody else has the constant compiled in.
        Assert.Contains("HPB1121", result.Json.GetProperty("warnings").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_of_its_own_may_have_users()
    {
        const string Limits = "public static class Limits { public const int Most = 1; }";
        var result = Diff(_builds.Write("old/Shop.dll", Limits), _builds.Write("new/Shop.dll", Limits.Replace("= 1", "= 2", StringComparison.Ordinal)));
        result.AssertError(2, "HPB1120");
    }

    [Fact]
    public void All_refusals_are_told_with_their_lines()
    {
        var result = Diff(
            _builds.Write("old/Shop.dll", "class C\n{\n    int M() => 1;\n}\nclass D { int M() => 1; }"),
            _builds.Write("new/Shop.dll", "class C\n{\n    int a = Environment.TickCount;\n    int M() => a;\n}\nclass D { int M() => 1;\n    public override string ToString() => \"\"; }"));
        Assert.Equal(2, result.ExitCode);
        string[] lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains(lines, l => l.StartsWith("hotpatch: HPB1330: /src/Code.cs(3): C.a ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("hotpatch: HPB1104: /src/Code.cs(7): D.ToString() ", StringComparison.Ordinal));
        Assert.Contains("no delta: 2 refusals", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_builds["out.hotpatch"]));
    }

    [Fact]
    public void Equal_builds_need_no_delta()
    {
        var result = Diff(_builds.Write("old/Shop.dll", Old), _builds.Write("new/Shop.dll", Old));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("nothing to patch", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_builds["out.hotpatch"]));
    }

    [Fact]
    public void Only_comments_need_no_delta()
    {
        var result = Diff(_builds.Write("old/Shop.dll", Old), _builds.Write("new/Shop.dll", "// a comment\n" + Old));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("nothing to patch", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_are_compared_for_the_nearest_framework_that_both_have()
    {
        WritePackage("old", Old, "netstandard2.0", "net6.0");
        WritePackage("new", New, "netstandard2.0", "net6.0", "net8.0");
        foreach (var (old, @new) in (ReadOnlySpan<(string, string)>)[(_builds["old"], _builds["new"]), (_builds.Pack("old"), _builds.Pack("new"))])
        {
            var result = Diff(old, @new, "--json");
            Assert.Equal((0, "net6.0"), (result.ExitCode, result.Json.GetProperty("framework").GetString()));
            Assert.Equal("Price.Of(int)", result.Json.GetProperty("modules")[0].GetProperty("functions")[0].GetProperty("name").GetString());
            Assert.Equal("netstandard2.0", Diff(old, @new, "--json", "--framework", "NetStandard2.0").Json.GetProperty("framework").GetString());
            Diff(old, @new, "--framework", "net8.0").AssertError(2, "HPB2556");
        }
    }

    [Fact]
    public void Packages_without_a_framework_in_common_are_refused()
    {
        WritePackage("old", Old, "net472", "net6.0");
        WritePackage("new", New, "net472", "net8.0");
        Diff(_builds["old"], _builds["new"]).AssertError(2, "HPB2553");
    }

    [Fact]
    public void A_native_program_is_told_to_need_its_build()
    {
        byte[] elf = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0];
        foreach (string folder in (string[])["old", "new"])
        {
            Directory.CreateDirectory(_builds[folder]);
            File.WriteAllBytes(_builds[$"{folder}/shop"], elf);
        }
        Diff(_builds["old"], _builds["new"]).AssertError(2, "HPB2554");
        Diff(_builds["old/shop"], _builds["new/shop"]).AssertError(2, "HPB2554");
    }

    [Fact]
    public void What_is_no_build_is_refused()
    {
        string assembly = _builds.Write("old/Shop.dll", Old);
        File.WriteAllText(_builds["text.dll"], "no assembly");
        File.WriteAllText(_builds["broken.nupkg"], "no package");
        foreach (string wrong in (string[])["missing", "text.dll", "broken.nupkg"])
            Diff(assembly, _builds[wrong]).AssertError(2, "HPB2551");
        Diff(assembly, _builds.Write("other/Other.dll", Old)).AssertError(2, "HPB2552");
    }

    [Fact]
    public void Another_runtime_is_refused()
    {
        foreach (string folder in (string[])["old", "new"])
        {
            _builds.Write($"{folder}/Shop.dll", folder == "old" ? Old : New);
            _builds.Write($"{folder}/System.Private.CoreLib.dll", $"class Of_{folder} {{ }}");
        }
        Diff(_builds["old"], _builds["new"]).AssertError(2, "HPB2555");
    }

    [Fact]
    public void A_delta_that_cannot_be_written_is_an_error()
    {
        var result = HotpatchTool.Run("diff", _builds.Write("old/Shop.dll", Old), _builds.Write("new/Shop.dll", New), "-o", _builds["no/such/folder/out.hotpatch"]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith("hotpatch: HPB3", result.Errors, StringComparison.Ordinal);
    }

    private void WritePackage(string folder, string source, params string[] frameworks)
    {
        Directory.CreateDirectory(_builds[folder]);
        File.WriteAllText(_builds[$"{folder}/shop.nuspec"], "<package />");
        foreach (string framework in frameworks)
            _builds.Write($"{folder}/lib/{framework}/Shop.dll", source);
    }

    private HotpatchTool.Result Diff(string old, string @new, params string[] more) => HotpatchTool.Run(["diff", old, @new, "-o", _builds["out.hotpatch"], .. more]);
}
