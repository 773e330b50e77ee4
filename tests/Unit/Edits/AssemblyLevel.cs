using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Formats.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Emit;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>What a snippet alone cannot show: names, symbols, references, resources, damaged files.</summary>
public class AssemblyLevel
{
    private const string Source = "public class C { public int M() => 1; }";

    /// <summary>Diagnostics that tests of this class meet.</summary>
    internal static readonly string[] Covered = ["HPB1001", "HPB1002", "HPB1003", "HPB1004", "HPB1040", "HPB1041", "HPB1042", "HPB1043", "HPB1044", "HPB1046", "HPB1110", "HPB1215"];

    /// <summary>Those of <see cref="Covered"/> that C# source gives no way to bring about without also changing names.</summary>
    private static readonly string[] NotReachable = ["HPB1215"];

    [Fact]
    public void Embedded_symbols_give_the_same_lines()
    {
        AssemblyRevision Compile(string body) => Compiled.From([("/src/C.cs", $"class C\n{{\n    int M() => {body};\n}}")], symbols: DebugInformationFormat.Embedded);
        var edits = AssemblyComparison.Compare(Compile("1"), Compile("2"));
        Assert.Equal("/src/C.cs(3,16)", Assert.Single(edits.Edits).Where?.ToString());
        Assert.Empty(edits.Diagnostics);
    }

    [Fact]
    public void Missing_symbols_are_said() =>
        Assert.Equal(["HPB1002"], AssemblyComparison.Compare(Compiled.From(Source), Compiled.From(Source) with { Symbols = null }).Warnings.Select(w => w.Id));

    [Fact]
    public void Symbols_of_another_build_are_not_used()
    {
        var other = Compiled.From("\n\n" + Source);
        var edits = AssemblyComparison.Compare(Compiled.From(Source), Compiled.From(Source.Replace("1", "2", StringComparison.Ordinal)) with { Symbols = other.Symbols });
        Assert.Null(Assert.Single(edits.Edits).Where);
        Assert.Equal(["HPB1002"], edits.Warnings.Select(w => w.Id));
    }

    [Fact]
    public void Another_assembly_is_refused()
    {
        var failure = Assert.Throws<HotpatchException>(() => AssemblyComparison.Compare(Compiled.From(Source), Compiled.From([("/src/C.cs", Source)], name: "Other"))).Failure;
        Assert.Equal("HPB1003", failure.Id);
        Assert.Equal(ExitCode.Refused, failure.ExitCode);
    }

    [Fact]
    public void Another_output_kind_is_refused()
    {
        var edits = AssemblyComparison.Compare(Compiled.From(Source), Compiled.From(Source + " static class S { static void Main() { } }", program: true));
        Assert.Contains("HPB1004", edits.Refusals.Select(r => r.Id));
    }

    [Theory]
    [InlineData("a", "b", "ResourceChanged", "HPB1040")]
    [InlineData(null, "b", "ResourceAdded", "HPB1040")]
    [InlineData("a", null, "ResourceRemoved", "HPB1041")]
    [InlineData("a", "a", null, null)]
    public void Resources(string? before, string? after, string? edit, string? id)
    {
        AssemblyRevision Compile(string? text) => Compiled.From([("/src/C.cs", Source)], resources: text is null ? [] :
            [new ResourceDescription("App.data.txt", () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), isPublic: true)]);
        var edits = AssemblyComparison.Compare(Compile(before), Compile(after));
        Assert.Equal(edit, edits.Edits.SingleOrDefault()?.Kind.ToString());
        Assert.Equal(id, edits.Diagnostics.SingleOrDefault()?.Failure.Id);
    }

    [Fact]
    public void References_to_packages()
    {
        MetadataReference Library(string version) => MetadataReference.CreateFromImage(Compiled.From(
            [("/src/L.cs", $"[assembly: System.Reflection.AssemblyVersion(\"{version}\")] public static class L {{ public static int F() => 1; }}")], name: "Contoso.Rules").Assembly.ToArray());
        AssemblyRevision Compile(string body, string version) => Compiled.From([("/src/C.cs", $"class C {{ int M() => {body}; }}")], references: [Library(version)]);

        var added = AssemblyComparison.Compare(Compile("1", "1.0.0.0"), Compile("L.F()", "1.0.0.0"));
        Assert.Equal(["HPB1042"], added.Refusals.Select(r => r.Id));
        var deployed = EditPolicy.Managed with { Loadable = new HashSet<string> { "Contoso.Rules" } };
        Assert.Empty(AssemblyComparison.Compare(Compile("1", "1.0.0.0"), Compile("L.F()", "1.0.0.0"), deployed).Refusals);
        Assert.Equal(["HPB1042"], AssemblyComparison.Compare(Compile("1", "1.0.0.0"), Compile("L.F()", "1.0.0.0"), EditPolicy.Managed).Refusals.Select(r => r.Id));
        var updated = AssemblyComparison.Compare(Compile("L.F()", "1.0.0.0"), Compile("L.F()", "2.0.0.0"));
        Assert.Equal(["HPB1044"], updated.Diagnostics.Select(d => d.Failure.Id));
        Assert.False(updated.HasEffect);
        var removed = AssemblyComparison.Compare(Compile("L.F()", "1.0.0.0"), Compile("1", "1.0.0.0"));
        Assert.Empty(removed.Diagnostics);
        Assert.Contains(removed.Edits, e => e is { Kind: EditKind.ReferenceRemoved, NoOp: true });
    }

    [Fact]
    public void Another_target_framework_is_refused()
    {
        MetadataReference Framework(string version) => MetadataReference.CreateFromImage(Compiled.From(
            [("/src/L.cs", $"[assembly: System.Reflection.AssemblyVersion(\"{version}\")] public static class L {{ public static int F() => 1; }}")], name: "System.Contoso").Assembly.ToArray());
        AssemblyRevision Compile(string version) => Compiled.From([("/src/C.cs", "class C { int M() => L.F(); }")], references: [Framework(version)]);
        Assert.Equal(["HPB1043"], AssemblyComparison.Compare(Compile("9.0.0.0"), Compile("10.0.0.0")).Refusals.Select(r => r.Id));
    }

    [Fact]
    public void Type_forwards_are_refused()
    {
        var edits = AssemblyComparison.Compare(Compiled.From(Source), Compiled.From("[assembly: TypeForwardedTo(typeof(System.Text.StringBuilder))]\n" + Source));
        Assert.Equal(["HPB1046"], edits.Refusals.Select(r => r.Id));
    }

    [Fact]
    public void Changed_explicit_implementations_are_refused()
    {
        // A default implementation of another interface's member has the same name and signature whatever it overrides only where C# names it so; covariant
        // returns are the case in which the overridden method changes alone.
        const string Before = "class A { public virtual object F() => 1; } class B : A { public override string F() => \"b\"; } class D : B { public override string F() => \"d\"; }";
        const string After = "class A { public virtual object F() => 1; } class B : A { public override object F() => \"b\"; } class D : B { public override string F() => \"d\"; }";
        Assert.Contains("HPB1110", AssemblyComparison.Compare(Compiled.From(Before), Compiled.From(After)).Refusals.Select(r => r.Id));
    }

    [Fact]
    public void Every_covered_diagnostic_is_one() =>
        Assert.Empty(Covered.Except(EditDiagnostics.All.Select(d => d.Id)).Concat(NotReachable.Except(Covered)));

    [Fact]
    public void Damaged_assemblies_fail_by_number()
    {
        var good = Compiled.From(Source);
        var bytes = good.Assembly.ToArray();
        foreach (var damaged in new[] { [], bytes[..40], bytes[..(bytes.Length / 2)], new byte[4096], [.. "MZ"u8, .. new byte[500]] })
        {
            var failure = Assert.Throws<HotpatchException>(() => AssemblyComparison.Compare(good, new AssemblyRevision(damaged, null))).Failure;
            Assert.Equal("HPB1001", failure.Id);
        }
    }
}
