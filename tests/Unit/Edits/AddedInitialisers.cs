using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>Code of added static fields' initialisers, as the linker gets it.</summary>
public class AddedInitialisers
{
    [Theory]
    [InlineData("a number", "static int old = 1;", "static int added = 7; static int old = 1;", "added: ldc.i4.7 stsfld")]
    [InlineData("no static constructor before", "", "static string added = new('x', 3);", "added: ldc.i4.s ldc.i4.3 newobj stsfld")]
    [InlineData("a condition", "static int old = 1;", "static int old = 1; static int added = old > 3 ? 4 : 5;", "added: ldsfld ldc.i4.3 bgt.s ldc.i4.5 br.s ldc.i4.4 stsfld")]
    [InlineData("two of them", "static int old = 1;", "static int x = 2; static int old = 1; static int y = x;", "x: ldc.i4.2 stsfld / y: ldsfld stsfld")]
    [InlineData("a lambda", "static int old = 1;", "static Func<int> added = () => 3; static int old = 1;", "added: ldsfld ldftn newobj stsfld")]
    [InlineData("locals of its own", "static int old = 1;", "static int old = 1; static List<int> added = [1, 2];", null)]
    [InlineData("locals in both", "static List<int> old = [1, 2];", "static List<int> added = [3, 4]; static List<int> old = [1, 2];", null)]
    public void Are_cut_out(string what, string before, string after, string? expected)
    {
        using AssemblyModel old = Read(before), @new = Read(after);
        var match = ElementMatcher.Match(old, @new, EditPolicy.Managed);
        var found = InitialiserSlices.OnlyOfOtherFields(Initialiser(old), Initialiser(@new), match);
        Assert.NotNull(found);
        foreach (var added in found)
        {
            var code = added.Code.ToList();
            Assert.Equal(added.Count, code.Count);
            Assert.Equal((Code.Stsfld, added.Field), (code[^1].OpCode.Code, code[^1].Operand));
            Assert.Null(match.OldOf(added.Field));
            Assert.All(code.Select(i => i.Operand).OfType<Instruction>(), target => Assert.Contains(target, code));
        }
        if (expected is null) Assert.Equal("added", Assert.Single(found).Field.Name);
        else Assert.Equal($"{what}: {expected}", $"{what}: {string.Join(" / ", found.Select(f => $"{f.Field.Name}: {string.Join(' ', f.Code.Select(i => i.OpCode.Name))}"))}");
    }

    [Theory]
    [InlineData("in a block", "static int old; static C() { old = 1; }", "static int old, added; static C() { try { added = 2; } finally { old = 1; } }")]
    [InlineData("in a loop", "static int old; static C() { old = 1; }", "static int old, added; static C() { old = 1; do { added++; } while (added < 3); }")]
    [InlineData("twice", "static int old; static C() { old = 1; }", "static int old, added = 5; static C() { old = 1; added = 2; }")]
    [InlineData("with another effect", "static int old; static C() { old = 1; }", "static int old, added; static C() { old = 1; added = 2; Console.WriteLine(); }")]
    public void Are_not_cut_out_of_other_code(string what, string before, string after)
    {
        using AssemblyModel old = Read(before), @new = Read(after);
        Assert.True(InitialiserSlices.OnlyOfOtherFields(Initialiser(old), Initialiser(@new), ElementMatcher.Match(old, @new, EditPolicy.Managed)) is null, what);
    }

    private static AssemblyModel Read(string members) => AssemblyModel.Read(Compiled.From($"class C {{ {members} }}"));

    private static MethodDefinition? Initialiser(AssemblyModel model) => model.Types.Single(t => t.Name == "C").Methods.FirstOrDefault(m => m.Name == ".cctor");
}
