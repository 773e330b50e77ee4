using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>Which lambda of the new revision a delegate from before the patch runs. Each lambda of a row has a text of its own: <c>a1</c> becomes <c>a2</c>.</summary>
public class LambdaPartners
{
    private const string Frame = """
        class Bus { public void On(string name, Func<string, string> f) { } public void On(Func<string, string> f) { } public void On(Func<string, Task<string>> f, int x) { } }
        class C { Bus bus = new(); int n; string? s; void Other() { } BODY }
        """;

    [Theory]
    [InlineData("both changed", "void M() { bus.On(x => x + `a1`); bus.On(x => x + `b1`); }", "void M() { bus.On(x => x + `a2`); bus.On(x => x + `b2`); }", "a1→a2 b1→b2")]
    [InlineData("reordered, told by name", "void M() { bus.On(`A`, x => x + `a1`); bus.On(`B`, x => x + `b1`); }", "void M() { bus.On(`B`, x => x + `b2`); bus.On(`A`, x => x + `a2`); }", "a1→a2 b1→b2")]
    [InlineData("one put in front, told by name", "void M() { bus.On(`A`, x => x + `a1`); bus.On(`B`, x => x + `b1`); }", "void M() { bus.On(`N`, x => x + `n`); bus.On(`A`, x => x + `a2`); bus.On(`B`, x => x + `b2`); }", "a1→a2 b1→b2")]
    [InlineData("first deleted, second changed, told by name", "void M() { bus.On(`A`, x => x + `a1`); bus.On(`B`, x => x + `b1`); }", "void M() { bus.On(`B`, x => x + `b2`); }", "a1→- b1→b2 HPB1308")]
    [InlineData("handlers changed places", "void M() { bus.On(`A`, x => x + `a1`); bus.On(`B`, x => x + `b1`); }", "void M() { bus.On(`A`, x => x + `b1`); bus.On(`B`, x => x + `a1`); }", "a1→b1 b1→a1")]
    [InlineData("one of two equal ones changed", "void M() { bus.On(`A`, x => x + `t`); bus.On(`B`, x => x + `t`); }", "void M() { bus.On(`A`, x => x + `a2`); bus.On(`B`, x => x + `t`); }", "t→a2 t→t")]
    [InlineData("one of two equal ones changed, in equal statements", "void M() { bus.On(x => x + `t`); bus.On(x => x + `t`); }", "void M() { bus.On(x => x + `t`); bus.On(x => x + `b2`); }", "t→t t→b2")]
    [InlineData("both changed and a statement added", "void M() { bus.On(x => x + `a1`); bus.On(x => x.Length + `b1`); }", "void M() { bus.On(x => x + `a2`); Other(); bus.On(x => x.Length + `b2`); }", "a1→a2 b1→b2")]
    [InlineData("one put in front, in equal statements, nothing else changed", "void M() { bus.On(x => x + `a1`); }", "void M() { bus.On(x => x + `n`); bus.On(x => x + `a1`); }", "a1→a1")]
    [InlineData("one put in front and the other changed, in equal statements", "void M() { bus.On(x => x + `a1`); }", "void M() { bus.On(x => x + `n`); bus.On(x => x + `a2`); }", "a1→- HPB1319")]
    [InlineData("first deleted and second changed, in equal statements", "void M() { bus.On(x => x + `a1`); bus.On(x => x + `b1`); }", "void M() { bus.On(x => x + `b2`); }", "a1→- b1→- HPB1319")]
    [InlineData("statement replaced", "void M() { bus.On(`A`, x => x + `a1`); }", "void M() { bus.On(`B`, x => x + `b`); }", "a1→- HPB1308")]
    [InlineData("query with one more step", "int M(List<string> l) => l.Where(x => x != `a1`).Count();", "int M(List<string> l) => l.Where(x => x != `a2`).Where(x => x != `n`).Count();", "a1→-")]
    [InlineData("another method in front", "void M() { bus.On(x => x + `a1`); }", "void L() { bus.On(x => x + `n`); } void M() { bus.On(x => x + `a2`); }", "a1→a2")]
    [InlineData("captured variable, told by name", "void M(int v) { bus.On(`A`, x => x + v + `a1`); bus.On(`B`, x => x + v + `b1`); }", "void M(int v) { bus.On(`B`, x => x + v + `b2`); bus.On(`A`, x => x + v + `a2`); }", "a1→a2 b1→b2")]
    [InlineData("captured variable renamed", "void M(int v) { bus.On(x => x + v + `a1`); }", "void M(int w) { bus.On(x => x + w + `a1`); }", "a1→a1")]
    [InlineData("captured variable renamed and lambda changed", "void M(int v) { bus.On(x => x + v + `a1`); }", "void M(int w) { bus.On(x => x + w + `a2`); }", "a1→- HPB1306")]
    [InlineData("loops of which the first went", "void M() { for (int i = 0; i < 3; i++) { int v = i; bus.On(`A`, x => x + v + `a1`); } for (int i = 0; i < 3; i++) { int v = i; bus.On(`B`, x => x + v + `b1`); } }", "void M() { for (int i = 0; i < 3; i++) { int v = i; bus.On(`B`, x => x + v + `b2`); } }", "a1→- b1→b2 HPB1308")]
    [InlineData("this captured", "void M() { bus.On(`A`, x => x + n + `a1`); bus.On(`B`, x => x + s + `b1`); }", "void M() { bus.On(`B`, x => x + s + `b2`); bus.On(`A`, x => x + n + `a2`); }", "a1→a2 b1→b2")]
    [InlineData("captures for the first time", "void M(int v) { bus.On(x => x + `a1`); }", "void M(int v) { bus.On(x => x + v + `a2`); }", "a1→- HPB1308")]
    [InlineData("nested", "void M() { bus.On(`A`, x => { bus.On(`I`, y => y + `i1`); bus.On(`J`, y => y + `j1`); return `a1`; }); }", "void M() { bus.On(`A`, x => { bus.On(`J`, y => y + `j2`); bus.On(`I`, y => y + `i2`); return `a2`; }); }", "a1→a2 i1→i2 j1→j2")]
    [InlineData("nested in two", "void M() { bus.On(`A`, x => { bus.On(y => y + `i1`); return `a1`; }); bus.On(`B`, x => { bus.On(y => y + `j1`); return `b1`; }); }", "void M() { bus.On(`B`, x => { bus.On(y => y + `j2`); return `b2`; }); bus.On(`A`, x => { bus.On(y => y + `i2`); return `a2`; }); }", "a1→a2 b1→b2 i1→i2 j1→j2")]
    [InlineData("generic method", "void M<T>(T v) { bus.On(`A`, x => x + typeof(T) + `a1`); bus.On(`B`, x => x + v + `b1`); }", "void M<T>(T v) { bus.On(`B`, x => x + v + `b2`); bus.On(`A`, x => x + typeof(T) + `a2`); }", "a1→a2 b1→b2")]
    [InlineData("async lambdas", "void M() { bus.On(async x => { await Task.Yield(); return x + `a1`; }, 1); bus.On(async x => { await Task.Yield(); return x + `b1`; }, 2); }", "void M() { bus.On(async x => { await Task.Yield(); return x + `b2`; }, 2); bus.On(async x => { await Task.Yield(); return x + `a2`; }, 1); }", "a1→a2 b1→b2 HPB1313 HPB1313")]
    [InlineData("in an async method", "async Task M() { bus.On(`A`, x => x + `a1`); await Task.Yield(); bus.On(`B`, x => x + `b1`); }", "async Task M() { bus.On(`A`, x => x + `a2`); await Task.Yield(); await Task.Yield(); bus.On(`B`, x => x + `b2`); }", "a1→a2 b1→b2 HPB1306")]
    [InlineData("in an iterator", "IEnumerable<int> M() { bus.On(`A`, x => x + `a1`); yield return 1; bus.On(`B`, x => x + `b1`); }", "IEnumerable<int> M() { bus.On(`B`, x => x + `b2`); yield return 1; bus.On(`A`, x => x + `a2`); }", "a1→a2 b1→b2 HPB1313")]
    [InlineData("in field initialisers", "Func<string, string> f = x => x + `a1`; Func<string, string> g = x => x + `b1`;", "Func<string, string> f = x => x + `a2`; Func<string, string> g = x => x + `b2`;", "a1→a2 b1→b2")]
    [InlineData("in static field initialisers, one added in front", "static Func<string, string> f = x => x + `a1`;", "static Func<string, string> e = x => x + `n`; static Func<string, string> f = x => x + `a2`;", "a1→a2")]
    [InlineData("local functions", "void M() { string F(string x) => x + `a1`; string G(string x) => x + `b1`; bus.On(F); bus.On(G); }", "void M() { string G(string x) => x + `b2`; string F(string x) => x + `a2`; bus.On(F); bus.On(G); }", "a1→a2 b1→b2")]
    [InlineData("local function renamed", "void M() { string F(string x) => x + `a1`; bus.On(F); }", "void M() { string H(string x) => x + `a2`; bus.On(H); }", "a1→- HPB1308")]
    [InlineData("lambdas inside local functions", "void M() { void F() { bus.On(x => x + `a1`); } void G() { bus.On(x => x + `b1`); } F(); G(); }", "void M() { void G() { bus.On(x => x + `b2`); } void F() { bus.On(x => x + `a2`); } F(); G(); }", "a1→a2 b1→b2")]
    [InlineData("local functions of one name in two blocks", "void M(bool c) { if (c) { string F(string x) => x + `a1`; bus.On(F); } else { string F(string x) => x + `b1`; bus.On(F); } }", "void M(bool c) { if (c) { string F(string x) => x + `a2`; bus.On(F); } else { string F(string x) => x + `b2`; bus.On(F); } }", "a1→a2 b1→b2")]
    public void Run_what_stands_in_their_place(string what, string before, string after, string expected)
    {
        AssemblyRevision old = Compile(before), @new = Compile(after);
        var edits = AssemblyComparison.Compare(old, @new, EditPolicy.Managed with { ClosedWorld = true });
        var (oldTexts, newTexts) = (Texts(old), Texts(@new));
        var partners = oldTexts.OrderBy(t => t.Value, StringComparer.Ordinal).ThenBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => $"{t.Value}→{(edits.Elements.NewOf(t.Key) is { } key ? newTexts[key] : "-")}");
        var numbers = edits.Diagnostics.Select(d => d.Failure.Id).Where(id => id is "HPB1306" or "HPB1308" or "HPB1313" or "HPB1319").Order(StringComparer.Ordinal);
        // A delegate that has no partner is always mentioned where one is refused; the rows name it where it stands alone.
        if (numbers.Contains("HPB1319")) numbers = numbers.Where(n => n == "HPB1319").Distinct().Order(StringComparer.Ordinal);
        Assert.Equal($"{what}: {expected}", $"{what}: {string.Join(' ', partners.Concat(numbers))}");
    }

    private static AssemblyRevision Compile(string body) => Compiled.From(Frame.Replace("BODY", body.Replace('`', '"'), StringComparison.Ordinal));

    /// <summary>Lambdas and local functions by key, with the last text that they load.</summary>
    private static Dictionary<string, string> Texts(AssemblyRevision revision)
    {
        using var model = AssemblyModel.Read(revision);
        var found = new Dictionary<string, string>();
        foreach (var method in model.Types.SelectMany(t => t.Methods).Where(m => AssemblyModel.Generated(m).Kind is GeneratedKind.Lambda or GeneratedKind.LocalFunction))
        {
            var code = method.Body.Instructions.Concat(model.StateMachine(method)?.Methods.SelectMany(m => m.HasBody ? m.Body.Instructions : []) ?? []);
            if (code.LastOrDefault(i => i.OpCode.Code == Code.Ldstr) is { Operand: string text }) found[MetadataNames.Key(method)] = text;
        }
        return found;
    }
}
