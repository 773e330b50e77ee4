namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>What would not work in a patch assembly is refused by number, at its source line.</summary>
public class RefusedLinks
{
    [Theory]
    [InlineData("HPB2503", 3, "static class T {\n«¦[DllImport(\"libc\")] static extern int getpid();»\n static int F() => «1¦getpid()»; }")]
    [InlineData("HPB2503", 2, "«static class U { internal static int P() => 1; }¦static class U {\n [DllImport(\"libc\")] static extern int getpid(); internal static int P() => getpid(); }» static class T { static int F() => «1¦V.X()»; } «¦static class V { [DllImport(\"libc\")] static extern int getppid(); internal static int X() => getppid(); }»")]
    [InlineData("HPB2504", 2, "static class T {\n static int F(__arglist) => new ArgIterator(__arglist).GetRemainingCount() + «1¦2»;\n}")]
    [InlineData("HPB2505", 2, "struct S { public int N; «¦readonly int G() => N;» public Func<int> F() {\n «return null!;¦return G;»\n} }")]
    [InlineData("HPB2506", 2, "class C { «¦public int G() => 1;» public object F() {\n «return 1;¦System.Linq.Expressions.Expression<Func<C, int>> e = c => c.G(); return e;»\n} }")]
    [InlineData("HPB2507", 2, "static class T { static object F() {\n «return 1;¦return System.Reflection.Assembly.GetCallingAssembly();»\n} }")]
    [InlineData("HPB2507", 2, "static class T { static object F() {\n «return 1;¦return (Func<System.Reflection.Assembly>)System.Reflection.Assembly.GetExecutingAssembly;»\n} }")]
    [InlineData("HPB2507", 2, "static class T { «¦static object? G() =>\n System.Reflection.MethodBase.GetCurrentMethod();» static object? F() => «1¦G()»; }")]
    [InlineData("HPB2507", 2, "static class T { static async Task<object?> F() {\n await Task.Yield(); return «1¦System.Reflection.MethodBase.GetCurrentMethod()»;\n} }")]
    [InlineData("HPB2507", 2, "static class T { static object? F() => «1¦new N().G()»; } «¦class N { internal object? G() =>\n System.Reflection.MethodBase.GetCurrentMethod(); }»")]
    [InlineData("HPB2507", 2, "static class T { static object? F() {\n return «1¦Activator.CreateInstance(null!, \"T\")»;\n} }")]
    [InlineData("HPB2508", 2, "class C {\n«¦[MethodImpl(MethodImplOptions.Synchronized)] int G() { return 1; }»\n public int F() => «1¦G()»; }")]
    [InlineData("HPB2520", 2, "class C { «¦public int G;» public object F() {\n «return 1;¦System.Linq.Expressions.Expression<Func<C, int>> e = c => c.G; return e;»\n} }")]
    [InlineData("HPB2521", 1, "class B { internal object Twin() => MemberwiseClone(); } class C<X> : B {\n «¦public int G;» public int F() => «1¦G»; }")]
    [InlineData("HPB2521", 2, "class C {\n «¦public int G;» public int F() => «1¦G»; protected async Task<object> Twin() { await Task.Yield(); return MemberwiseClone(); } }")]
    [InlineData("HPB2521", 2, "class C {\n «¦public int G;» public int F() => «1¦G»; public Func<object> Twin() => MemberwiseClone; }")]
    [InlineData("HPB2521", 1, "class C() : System.Globalization.CultureInfo(\"\") {\n «¦public int G;» public int F() => «1¦G»; }")]
    public void Names_number_and_line(string id, int line, string source)
    {
        LinkedDelta delta = LinkedDelta.Of(LinkCase.Revision(source, 1), LinkCase.Revision(source, 2));
        Assert.Empty(delta.Result.Modules);
        Assert.Contains(delta.Result.Refusals, r => r.Id == id);
        Formats.Diagnostics.Failure refusal = delta.Result.Refusals.First(r => r.Id == id);
        if (!source.Contains("class U", StringComparison.Ordinal))
            Assert.Equal(line, refusal.Where?.Line);
    }

    [Fact]
    public void Refusals_of_the_comparison_come_first()
    {
        LinkedDelta delta = LinkedDelta.Of("struct C { int a; int F() => a; }", "struct C { int a, b; int F() => a + b; }");
        Assert.Equal("HPB1010", Assert.Single(delta.Result.Refusals).Id);
        Assert.Empty(delta.Result.Modules);
    }

    [Fact]
    public void Equal_builds_have_no_image()
    {
        LinkedDelta delta = LinkedDelta.Of("class C { int F() => 1; }", "class C { int F() => 1; }");
        Assert.Empty(delta.Result.Refusals);
        Assert.Empty(delta.Result.Modules);
    }

    [Fact]
    public void A_comment_has_no_image()
    {
        LinkedDelta delta = LinkedDelta.Of("class C { int F() => 1; }", "// Says one.\nclass C { int F() => 1; }");
        Assert.Empty(delta.Result.Refusals);
        Assert.Empty(delta.Result.Modules);
    }
}
