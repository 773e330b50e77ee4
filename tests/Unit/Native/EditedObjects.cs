using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>Small edits of the sample program, compiled to native code: which functions a patch replaces and (in brackets) brings, or why it is refused.</summary>
public class EditedObjects
{
    private static readonly Lazy<NativeProgram> Program = new(() => Compile([]));
    private static readonly Lazy<NativeBaseline> Baseline = new(() => NativeDelta.Record(Program.Value));

    private static readonly Dictionary<string, (string Old, string New)[]> Edits = new()
    {
        ["body constant"] = [("a + 1;", "a + 7;")],
        ["several patched at once"] =
        [
            ("a.Length + 2;", "a == \"a new literal\" ? -1 : a.Length + 2;"),
            ("(n * 2) + by;", "(n * 3) + by;"),
            ("=> ++Count;", "{ try { return checked(++Count); } catch (OverflowException) { return Count = 0; } }"),
            ("list.Count;", "list.Count + 1;"),
            ("Equals(value, default(T)) ? a : a - 1;", "Equals(value, default(T)) ? a : a - 2;"),
        ],
        ["new method in front, lambda behind it"] =
        [
            ("    public static Func<int, int> Doubled", "    private static int Twice(int n) => n > 5 ? throw new ArgumentException(\"no\") : n + n;\n\n    public static Func<int, int> Doubled"),
            ("=> n - Overloads.Sum(n);", "=> Twice(n) - Overloads.Sum(n);"),
        ],
        ["overload in front"] =
        [
            ("    [MethodImpl(MethodImplOptions.NoInlining)]\n    public static int Sum(int a) =>", "    [MethodImpl(MethodImplOptions.NoInlining)]\n    public static int Sum(long a) => (int)a + 40;\n\n    [MethodImpl(MethodImplOptions.NoInlining)]\n    public static int Sum(int a) =>"),
            ("=> n - Overloads.Sum(n);", "=> n - Overloads.Sum((long)n);"),
        ],
        ["new class"] =
        [
            ("public static class Use", "public sealed class Fresh(int n) { private readonly int _n = n; public override string ToString() => \"fresh\" + _n; }\n\npublic static class Use"),
            ("=> n - Overloads.Sum(n);", "=> n - new Fresh(n).ToString().Length;"),
        ],
        ["new instantiation"] = [("=> n - Overloads.Sum(n);", "=> n - new Dictionary<long, short> { [n] = 1 }.Count - new Stack<Plain>().Count;")],
        ["interface call"] = [("return named.Name +", "return named.Name + ((IShape)new Square(n)).Area +")],
        ["static field"] = [("public static int Made;", "public static int Made; public static long Last = Environment.TickCount64;"), ("=> ++Count;", "{ Last++; return ++Count; }")],
        ["static reference"] = [("public static int Made;", "public static int Made; public static object? Last;"), ("=> ++Count;", "{ Last = this; return ++Count; }")],
        ["virtual"] = [("public virtual string Kind => \"overloads\";", "public virtual string Kind => \"overloads\"; public virtual int Size => 3;"), ("a + 1;", "a + new Overloads().Size;")],
        ["instance field"] = [("public int Count;", "public int Count; public object? Owner;"), ("=> ++Count;", "{ Owner = this; return ++Count; }")],
        ["dictionary"] = [("=> list.Count;", "=> list.Count + new Dictionary<T, T[]>().Count;")],
        ["typeof"] = [("=> n - Overloads.Sum(n);", "=> n - typeof(Counter).Name.Length;")],
        ["class with a generic virtual method"] =
        [
            ("public static class Use", "public sealed class Fancy : INamed { public string Name => \"fancy\"; public string Tag<T>(T value) => \"fancy\" + value; }\n\npublic static class Use"),
            ("=> n - Overloads.Sum(n);", "=> Run(new Fancy()).Length;"),
        ],
        ["thread-static"] = [("public static int Made;", "public static int Made; [ThreadStatic] public static int Mine;"), ("=> ++Count;", "{ Mine++; return ++Count; }")],
    };

    [Theory]
    [InlineData("body constant", "NativeSample.Extra.Overloads.Sum(int)")]
    [InlineData("several patched at once", "NativeSample.Extra.Counter.Next(); NativeSample.Extra.Overloads.Nested.Deeper<T>.Sum(T, int); NativeSample.Extra.Overloads.Nested.Deeper<T>.Sum(T, int); NativeSample.Extra.Overloads.Sum(string); NativeSample.Extra.Shared.Length<T>(List<T>); lambda in NativeSample.Extra.Use.Doubled(int)")]
    [InlineData("new method in front, lambda behind it", "(NativeSample.Extra.Use.Twice(int)); NativeSample.Extra.Use.Other(int)")]
    [InlineData("overload in front", "(NativeSample.Extra.Overloads.Sum(long)); NativeSample.Extra.Use.Other(int)")]
    [InlineData("new class", "(NativeSample.Extra.Fresh.ToString()); NativeSample.Extra.Use.Other(int)")]
    [InlineData("new instantiation", "HPB2345")]
    [InlineData("interface call", "NativeSample.Extra.Use.Run(INamed)")]
    [InlineData("static field", "(NativeSample.Extra.Counter static constructor); NativeSample.Extra.Counter.Next()")]
    [InlineData("static reference", "HPB2345")]
    [InlineData("virtual", "NativeSample.Extra.Overloads.Sum(int)")]
    [InlineData("instance field", "HPB2345")]
    [InlineData("dictionary", "HPB2310 HPB2311")]
    [InlineData("typeof", "HPB2316")]
    [InlineData("class with a generic virtual method", "HPB2323")]
    [InlineData("thread-static", "HPB1206 / HPB2312 HPB2314")]
    public void Give_exactly_these_functions_or_refusals(string edit, string expected)
    {
        NativeProgram edited = Compile(Edits[edit]);
        NativeDeltaResult result = NativeDelta.Make(Baseline.Value, edited);
        string actual = NativeDelta.Text(result);
        if (actual.StartsWith("HPB1", StringComparison.Ordinal))
            actual += " / " + NativeDelta.TextWithoutIL(Baseline.Value, edited);
        Assert.True(expected == actual, actual);
    }

    [Fact]
    public void All_have_a_row() => Assert.Equal(
        Edits.Keys.Order(StringComparer.Ordinal),
        typeof(EditedObjects).GetMethod(nameof(Give_exactly_these_functions_or_refusals))!.GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute)).Select(a => (string)((IList<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)[0].Value!)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Of_equal_programs_do_not_differ()
    {
        IlcObject a = Program.Value.Read(), b = Program.Value.Read();
        Assert.Empty(ObjectComparison.Compare(a, a).Changed);
        ObjectComparison comparison = ObjectComparison.Compare(a, b);
        Assert.Empty(comparison.Changed);
        Assert.Empty(comparison.Added);
        Assert.Empty(comparison.NoLongerConstructed);
    }

    [Fact]
    public void Of_equal_code_do_not_differ()
    {
        // Other lines and another MVID, the same IL.
        IlcObject other = Compile([("namespace NativeSample.Extra;", "// A comment.\nnamespace NativeSample.Extra;")]).Read();
        ObjectComparison comparison = ObjectComparison.Compare(Program.Value.Read(), other);
        Assert.DoesNotContain(comparison.Changed, c => c.New.Kind != IlcNodeKind.StartupData);
        Assert.Empty(comparison.Added);
    }

    internal static NativeProgram Compile((string Old, string New)[] edits)
    {
        string extra = File.ReadAllText(Path.Combine(SampleCache.RepositoryRoot, "tests/Unit/Native/Sample/Extra.cs"));
        foreach ((string old, string @new) in edits)
        {
            Assert.Contains(old, extra, StringComparison.Ordinal);
            extra = extra.Replace(old, @new, StringComparison.Ordinal);
        }
        return NativeProgram.Of([("/src/Program.cs", NativeProgram.SampleSource), ("/src/Extra.cs", extra)]);
    }
}
