using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Native.Naming;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Tests.Unit.Edits;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>Names of symbols: as ILC makes them, and from one revision to the other.</summary>
public class MangledNamesTests
{
    [Fact]
    public void Every_method_of_the_sample_is_in_the_object_under_its_name()
    {
        var program = EditedObjects.Compile([]);
        IlcObject @object = program.Read();
        using AssemblyModel model = AssemblyModel.Read(new AssemblyRevision(program.Assembly, program.Pdb));
        var names = MangledNames.Of(model);
        var plain = @object.Nodes.Values.Where(n => n.Kind == IlcNodeKind.Method).Select(n => MangledNames.WithoutInstantiations(n.Name)).ToHashSet(StringComparer.Ordinal);
        // Attributes that the compiler writes into the assembly are never made objects of, and of generics only what is used is compiled.
        string[] missing =
        [
            .. names.Methods
                .Where(m => m.Value.HasBody && !m.Value.HasGenericParameters && !m.Value.DeclaringType.HasGenericParameters && m.Value.DeclaringType.BaseType?.Name != "Attribute")
                .Where(m => !plain.Contains(m.Key)).Select(m => m.Key),
        ];
        Assert.Empty(missing);
        Assert.True(names.Methods.Keys.Count(plain.Contains) > 80, "methods");
        Assert.Contains("App_NativeSample_Extra_Overloads_Nested_Deeper_1__Sum", plain);
        Assert.Contains("App_NativeSample_Extra_Plain__NativeSample_Extra_INamed_get_Name", plain);
    }

    [Theory]
    [InlineData("List_1<Int32>__Add", "List_1__Add")]
    [InlineData("A_1<B_1<C>>__M<D<E__F>__G>", "A_1__M")]
    [InlineData("Plain__M", "Plain__M")]
    public void Instantiations_are_taken_out(string name, string expected) => Assert.Equal(expected, MangledNames.WithoutInstantiations(name));

    private const string Before = """
        class P { static int F(int a) => a; static int G(int a) => new System.Func<int, int>(x => x + a)(a); }
        class B<T> { int M<U>(U u) => 1; int M<U>(U u, int i) => 2; }
        """;

    private const string After = """
        class P { static int F(long a) => 0; static int F(int a) => a; static int G(int a) => new System.Func<int, int>(x => x + a)(a); }
        class B<T> { int M<U>(T t) => 3; int M<U>(U u) => 1; int M<U>(U u, int i) => 2; }
        """;

    [Theory]
    [InlineData("App_P__F_0", "App_P__F")]
    [InlineData("App_P__F", "App_P__F@added")]
    [InlineData("App_P__G", "App_P__G")]
    [InlineData("_lsda0App_P__F_0", "_lsda0App_P__F")]
    [InlineData("App_B_1<Int32>__M<String>", "App_B_1<Int32>__M@added<String>")]
    [InlineData("App_B_1<Int32>__M_0<String>", "App_B_1<Int32>__M<String>")]
    [InlineData("App_B_1<App_B_1<Int32>>__M_1<App_P___c__DisplayClass2_0>", "App_B_1<App_B_1<Int32>>__M_0<App_P___c__DisplayClass1_0>")]
    [InlineData("_ZTV28App_P___c__DisplayClass2_0", "_ZTV28App_P___c__DisplayClass1_0")]
    [InlineData("App_P___c__DisplayClass2_0___G_b__0", "App_P___c__DisplayClass1_0___G_b__0")]
    [InlineData("__writableDataList_1<App_P___c__DisplayClass2_0>", "__writableDataList_1<App_P___c__DisplayClass1_0>")]
    [InlineData("S_P_CoreLib_System_String__Concat_3", "S_P_CoreLib_System_String__Concat_3")]
    public void Become_those_of_the_baseline(string name, string expected) => Assert.Equal(expected, Renaming(Before, After).Apply(name));

    [Fact]
    public void Length_in_a_MethodTables_name_follows()
    {
        string many = string.Concat(Enumerable.Range(0, 9).Select(i => $"static int F{i}() => {i}; "));
        SymbolRenaming renaming = Renaming(
            $"class P {{ {many} static int G(int a) => new System.Func<int, int>(x => x + a)(a); }}",
            $"class P {{ {many} static int New() => 1; static int G(int a) => new System.Func<int, int>(x => x + a)(a); }}");
        Assert.Equal("_ZTV26App_P___c__DisplayClass9_0", renaming.Apply("_ZTV27App_P___c__DisplayClass10_0"));
    }

    [Fact]
    public void Of_equal_assemblies_stay() => Assert.True(Renaming(Before, Before).IsIdentity);

    private static SymbolRenaming Renaming(string before, string after)
    {
        AssemblyRevision a = Compiled.From(before), b = Compiled.From(after);
        using AssemblyModel old = AssemblyModel.Read(a), @new = AssemblyModel.Read(b);
        return SymbolRenaming.Of([(MangledNames.Of(old), MangledNames.Of(@new), AssemblyComparison.Compare(a, b).Elements)]);
    }
}
