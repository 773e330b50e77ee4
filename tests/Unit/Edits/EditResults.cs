using HotpatchBuild.Compiler.Edits;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>What stands in a result beyond kinds and ids: names, identities, lines, partners, reachability.</summary>
public class EditResults
{
    private static EditSet Compare(string before, string after, EditPolicy? policy = null) => AssemblyComparison.Compare(Compiled.From(before), Compiled.From(after), policy);

    [Fact]
    public void Identity_has_the_parts_of_a_symbol()
    {
        var edit = Assert.Single(Compare(
            "namespace Shop.Core; class Outer<T> { class Inner { int M<U>(List<T> a, ref int b, U[] c) => 1; } }",
            "namespace Shop.Core; class Outer<T> { class Inner { int M<U>(List<T> a, ref int b, U[] c) => 2; } }").Edits);
        Assert.Equal("Shop.Core.Outer<T>.Inner.M<U>(List<T>, ref int, U[])", edit.Element);
        Assert.Equal(new ElementIdentity(
            ElementKind.Method, "App", "Shop.Core", "Outer`1/Inner", "M",
            "`1([System.Private.CoreLib]System.Collections.Generic.List`1<!0>,[System.Private.CoreLib]System.Int32&,!!0[]):[System.Private.CoreLib]System.Int32 this"), edit.New);
        Assert.Equal(edit.Old, edit.New);
    }

    [Theory]
    [InlineData("class C\n{\n    int M()\n    {\n        return 1;\n    }\n}", "class C\n{\n    // new line\n    int M()\n    {\n        return 2;\n    }\n}", nameof(EditKind.MethodBodyChanged), 6, 6, 6)]
    [InlineData("class C\n{\n    async Task M()\n    {\n        await Task.Yield();\n    }\n}", "class C\n{\n    async Task M()\n    {\n        await Task.Yield();\n        M();\n    }\n}", nameof(EditKind.MethodBodyChanged), 5, 5, 7)]
    [InlineData("class C\n{\n}", "class C\n{\n}\nclass D\n{\n    int X;\n    void M()\n    {\n    }\n    void N()\n    {\n    }\n}", nameof(EditKind.TypeAdded), 9, 9, 12)]
    [InlineData("class C\n{\n    void N() { }\n}", "class C\n{\n}", nameof(EditKind.MethodRemoved), 3, 3, 3)]
    [InlineData("class C\n{\n    int a = 1;\n    int A => a;\n}", "class C\n{\n    int a = 1;\n    int A => a;\n    long b = 7;\n}", nameof(EditKind.FieldAdded), 5, 5, 5)]
    [InlineData("class C\n{\n    int F(List<int> l, int m) =>\n        l.Count(x => x > m);\n}", "class C\n{\n    int F(List<int> l, int m) =>\n        l.Count(x => x < m);\n}", nameof(EditKind.MethodBodyChanged), 4, 4, 4)]
    public void Lines_come_from_the_symbols(string before, string after, string kind, int line, int first, int last)
    {
        var edit = Assert.Single(Compare(before, after).Edits, e => e.Kind.ToString() == kind);
        Assert.Equal("/src/Code.cs", edit.Where?.File);
        Assert.Equal((line, first, last), (edit.Where?.Line, edit.FirstLine, edit.LastLine));
    }

    [Fact]
    public void A_type_without_code_has_its_file() =>
        Assert.Equal("/src/Code.cs", Assert.Single(Compare("class C { }", "class C { } enum E { A }").Edits).Where?.File);

    [Fact]
    public void Refusals_stand_at_the_line_of_the_initialiser()
    {
        var refusal = Assert.Single(Compare(
            "class C\n{\n    static string a = \"a\";\n    static string b = \"b\";\n    string M() => a + b;\n}",
            "class C\n{\n    static string a = \"a\";\n    static string b = \"c\";\n    string M() => a + b;\n}").Refusals);
        Assert.Equal("HPB1201", refusal.Id);
        Assert.Equal(4, refusal.Where?.Line);
        Assert.Contains("the value of b", refusal.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Shifted_elements_are_partners_under_their_new_names()
    {
        var elements = Compare(
            "class C { int F(List<int> l, int m) => l.Count(x => x > m) + l.Count(x => x % 5 == 0); async Task G() { await Task.Yield(); } }",
            "class C { void New() { } int F(List<int> l, int m) => l.Count(x => x > m) + l.Count(x => x % 5 == 0); async Task G() { await Task.Yield(); } }").Elements;
        Assert.Equal("C/<>c__DisplayClass1_0", elements.NewOf("C/<>c__DisplayClass0_0"));
        Assert.Equal("C/<G>d__2", elements.NewOf("C/<G>d__1"));
        Assert.Contains(elements.Renamed, p => p.Key.StartsWith("C/<>c::<F>b__0_1(", StringComparison.Ordinal) && p.Value.StartsWith("C/<>c::<F>b__1_1(", StringComparison.Ordinal));
        Assert.Contains(elements.Renamed, p => p.Key.StartsWith("C/<>c::<>9__0_1:", StringComparison.Ordinal) && p.Value.StartsWith("C/<>c::<>9__1_1:", StringComparison.Ordinal));
        Assert.Null(elements.OldOf("C::New():[System.Private.CoreLib]System.Void this"));
    }

    [Fact]
    public void Equal_names_of_different_elements_are_no_partners()
    {
        var edits = Compare(
            "class C { int F(List<int> l) => l.Count(x => x > 3); }",
            "class C { int F(List<int> l) => l.Count(y => y % 7 == 0) + l.Count(x => x > 3); }");
        const string First = "C/<>c::<F>b__0_0([System.Private.CoreLib]System.Int32):[System.Private.CoreLib]System.Boolean this";
        Assert.Equal(First.Replace("0_0", "0_1", StringComparison.Ordinal), edits.Elements.NewOf(First));
        Assert.Null(edits.Elements.OldOf(First));
        Assert.Contains(First, edits.ChangedNew.AsEnumerable());
    }

    [Theory]
    [InlineData("a call over two steps", "class C { int A() => B(); int B() => D(); int D() => 1; int Z() => 0; }", "int D() => 1", "int D() => 2")]
    [InlineData("an override behind a virtual call", "class B0 { public virtual int V() => 0; } class D0 : B0 { public override int V() => 1; } class C { int A(B0 b) => b.V(); int Z() => 0; }", "int V() => 1", "int V() => 2")]
    [InlineData("an implementation behind an interface call", "interface I { int V(); } class D0 : I { public int V() => 1; } class C { int A(I b) => b.V(); int Z() => 0; }", "int V() => 1", "int V() => 2")]
    [InlineData("Equals behind a framework collection", "struct K : IEquatable<K> { public int X; public bool Equals(K o) => X == o.X; public override int GetHashCode() => X; } class C { bool A(List<K> l, K k) => l.Contains(k); int Z() => 0; }", "=> X == o.X", "=> X == o.X + 1")]
    [InlineData("a lambda", "class C { int A(List<int> l) => l.Count(x => x > 3); int Z() => 0; }", "x > 3", "x > 4")]
    [InlineData("a state machine", "class C { async Task A() { await Task.Yield(); Console.WriteLine(1); } int Z() => 0; }", "WriteLine(1)", "WriteLine(2)")]
    [InlineData("a new derived class", "class B0 { public virtual int V() => 0; } class C { int A(B0 b) => b.V(); int Z() => 0; object N() => 1; }", "object N() => 1; }", "object N() => new D0(); } class D0 : B0 { public override int V() => 1; }")]
    [InlineData("a type constructed for the first time", "class T { } class C { bool A(object o) => o is T; int Z() => 0; object N() => 1; }", "object N() => 1", "object N() => new T()")]
    [InlineData("a static field written for the first time", "class C { static int f; int A() => f; int Z() => 0; void N() { } }", "void N() { }", "void N() { f = 1; }")]
    public void Explains_differences_in_unchanged_methods(string what, string before, string old, string @new)
    {
        var edits = Compare(before, before.Replace(old, @new, StringComparison.Ordinal));
        var a = Key(edits, "C::A(");
        Assert.DoesNotContain(edits.Edits, e => e.New?.Key == a);
        Assert.True(edits.Explains(a), what);
        Assert.False(edits.Explains(Key(edits, "C::Z(")), $"{what}: Z does not reach it");
    }

    [Fact]
    public void The_way_to_a_changed_element_can_be_told()
    {
        var edits = Compare("class C { int A() => B(); int B() => D(); int D() => 1; }", "class C { int A() => B(); int B() => D(); int D() => 2; }");
        var path = edits.NewGraph.PathTo(Key(edits, "C::A("), edits.ChangedNew);
        Assert.Equal(["A", "B", "D"], path?.Select(k => k.Split("::")[1][..1]));
    }

    [Fact]
    public void Equal_revisions_have_no_effect()
    {
        var edits = Compare("class C { int M() => 1; }", "class C { int M() => 1; }");
        Assert.False(edits.HasEffect);
        Assert.Empty(edits.Edits);
        Assert.Empty(edits.ChangedOld);
        Assert.Empty(edits.ChangedNew);
    }

    private static string Key(EditSet edits, string start) => edits.Elements.Pairs.Select(p => p.Value).Single(k => k.StartsWith(start, StringComparison.Ordinal));
}
