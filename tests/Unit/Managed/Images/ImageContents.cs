using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Compiler.Managed.Emitting;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages.Managed;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>What is inside an image: its table, its signatures, its symbols.</summary>
public class ImageContents
{
    [Theory]
    [MemberData(nameof(LinkedPrograms.Rows), MemberType = typeof(LinkedPrograms))]
    public void Signatures_mean_the_same_in_the_program_and_in_the_image(string name)
    {
        LinkedDelta delta = LinkCase.All[name].Link();
        Assert.NotEmpty(delta.Images);
        foreach (ManagedPatchImage image in delta.Images)
        {
            using PEReader old = new([.. delta.Baseline(image.Table.Assembly).Image.ToArray()]), patch = new(delta.Result.Modules.Single(m => m.Name == image.Table.Assembly).Image);
            MetadataReader oldMetadata = old.GetMetadataReader(), patchMetadata = patch.GetMetadataReader();
            foreach (ManagedPatchMethod method in image.Table.Methods)
            {
                MethodDefinition holder = patchMetadata.MethodDefinitions.Select(patchMetadata.GetMethodDefinition)
                    .Single(m => patchMetadata.GetString(m.Name) == method.HolderMethod && SignatureText.NameOf(patchMetadata, m.GetDeclaringType()) == method.HolderType);
                Assert.Equal(SignatureText.Of(patchMetadata, patchMetadata.GetBlobBytes(holder.Signature)), SignatureText.Of(oldMetadata, [.. method.Signature]));
            }
        }
    }

    [Theory]
    [InlineData("iterator")]
    [InlineData("added types of every kind")]
    [InlineData("added static fields with initialisers")]
    [InlineData("captured this, locals and nested scopes")]
    [InlineData("types of a library used together")]
    public void Equal_builds_give_equal_bytes(string name)
    {
        LinkedDelta one = LinkCase.All[name].Link(), two = LinkCase.All[name].Link();
        Assert.Equal(one.Result.Modules.Select(m => Convert.ToHexString(m.Image.AsSpan())), two.Result.Modules.Select(m => Convert.ToHexString(m.Image.AsSpan())));
    }

    [Fact]
    public void Names_say_what_they_are_for()
    {
        ManagedPatchImage image = LinkCase.All["added type with static fields"].Link().Image;
        Assert.Matches("^HotpatchBuild\\.Patch\\.App\\.[0-9a-f]{16}$", image.PatchAssembly);
        Assert.Matches("^HotpatchBuild\\.Added\\.[0-9a-f]{16}$", Assert.Single(image.Added).Name);
        Assert.Equal("T", image.Table.Methods.Single().HolderType);
        Assert.Equal("T.Run()", image.Table.Methods.Single().DisplayName);
    }

    [Fact]
    public void Images_of_another_linker_have_another_name()
    {
        LinkedDelta delta = LinkCase.All["static method"].Link();
        Assert.EndsWith($".{delta.IdentityUnder(typeof(ManagedDeltaCompiler).Module.ModuleVersionId)}", delta.Image.PatchAssembly, StringComparison.Ordinal);
        Assert.NotEqual(delta.IdentityUnder(new Guid("11112222-3333-4444-5555-666677778888")), delta.IdentityUnder(new Guid("11112222-3333-4444-5555-666677778889")));
    }

    [Fact]
    public void An_added_type_keeps_its_name_while_it_stays_the_same()
    {
        const string Type = "class N { public int F() => 1; }", Storage = "static int count = Id(5); static int Id(int x) => x; ";
        string Program(string run, string before) => $"{before}static class T {{ {Storage} public static string Run() => {run}; }} {Type}";
        LinkedDelta Delta(string run, string before) => LinkedDelta.Of("static class T { static int Id(int x) => x; public static string Run() => \"\"; }", Program(run, before));
        string[] first = [.. Delta("\"a\" + count++ + new N().F()", "").Image.Table.Added];
        string[] second = [.. Delta("new N().F() + \"other\" + count", "// Moved\n// down.\n").Image.Table.Added];
        Assert.Equal(2, first.Length);
        Assert.Equal(first, second);
        Assert.NotEqual(first, [.. LinkedDelta.Of("static class T { public static string Run() => \"\"; }", "static class T { public static string Run() => \"\" + new N().F(); } class N { public int F() => 2; }").Image.Table.Added]);
    }

    [Fact]
    public void An_added_file_type_keeps_its_name_too()
    {
        LinkedDelta Delta(string text) => LinkedDelta.Of(
            "static class T { public static string Run() => \"\"; }", $"static class T {{ public static string Run() => \"{text}\" + new N().F(); }} file class N {{ public int F() => 1; }}");
        Assert.Equal(Assert.Single(Delta("a").Image.Table.Added), Assert.Single(Delta("b").Image.Table.Added));
    }

    [Fact]
    public void Stored_values_keep_their_place_though_their_initialiser_is_in_the_patch()
    {
        LinkedDelta Delta(string text) => LinkedDelta.Of(
            "static class T { public static string Run() => \"\"; }", $"static class T {{ static Func<int, int> f = x => x + 1; public static string Run() => \"{text}\" + f(1); }}");
        ManagedPatchImage one = Delta("a").Image, two = Delta("b").Image;
        Assert.NotEqual(one.PatchAssembly, two.PatchAssembly);
        Assert.Equal<string>(one.Table.Added, two.Table.Added);
    }

    [Theory]
    [InlineData("class N { internal int F() => T.Added(); }", "new N().F()", "N")]
    [InlineData("class N { internal int F() => T.Added(); } class M { internal int F() => new N().F(); }", "new M().F()", "M N")]
    [InlineData("class N { internal int F() => T.Added(); }", "(kept?.F() ?? 1)", "N T.kept", "static N? kept;")]
    [InlineData("class N { internal int F() => T.Old(); }", "new N().F() + Added()", "")]
    [InlineData("class N { internal int F() => T.Old(); }", "new N().F() + kept", "", "static int kept = Added();")]
    public void What_the_next_delta_cannot_know_again_is_told(string types, string use, string names, string field = "")
    {
        const string Old = "internal static int Old() => 1;";
        LinkedDelta Delta(string text) => LinkedDelta.Of(
            $"static class T {{ {Old} public static string Run() => \"\"; }}",
            $"static class T {{ {Old} {field} internal static int Added() => 2; public static string Run() => \"{text}\" + {use}; }}\n{types}");
        LinkedDelta one = Delta("a"), two = Delta("b");
        Assert.Empty(one.Result.Refusals);
        IEnumerable<Failure> told = one.Result.Warnings.Where(w => w.Id == "HPB2510");
        Assert.Equal(names, string.Join(' ', told.Select(w => w.What.Split(' ')[0]).Order(StringComparer.Ordinal)));
        Assert.Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, one.Image.Table.Added.Except(two.Image.Table.Added).Count());
    }

    [Fact]
    public void Functions_have_files_and_lines()
    {
        ImmutableArray<DeltaFunction> functions = LinkedDelta.Of(
            "class C\n{\n  int F() => 1;\n}",
            "class C\n{\n  int F()\n  {\n    return G(2);\n  }\n\n  int G(int x) => x;\n}").Result.Modules.Single().Functions;
        Assert.Equal(["C.F()", "C.G(int)"], functions.Select(f => f.DisplayName));
        Assert.Equal([(5, 5, false), (8, 8, true)], functions.Select(f => (f.FirstLine, f.LastLine, f.Added)));
        Assert.All(functions, f => Assert.Equal("/src/App.cs", f.File));
    }

    [Fact]
    public void Stack_traces_show_the_new_lines()
    {
        const string After = """
            static class T
            {
                static async Task<string> Throws(int x)
                {
                    await Task.Yield();
                    if (x > 0)
                        throw new InvalidOperationException("here");
                    return "";
                }

                public static async Task<string> Run()
                {
                    try { return await Throws(1); }
                    catch (InvalidOperationException e) { return e.StackTrace!; }
                }
            }
            """;
        string trace = LinkedDelta.Of("static class T { static async Task<string> Throws(int x) { await Task.Yield(); return \"\"; } public static async Task<string> Run() => await Throws(1); }", After).Patched();
        Assert.Contains("at T.Throws(Int32 x) in /src/App.cs:line 7", trace, StringComparison.Ordinal);
    }

    [Fact]
    public void Protected_members_are_reached_through_netstandard()
    {
        const string Program = """
            class Last : HttpMessageHandler { protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage r, CancellationToken t) => Task.FromResult(new HttpResponseMessage { ReasonPhrase = "last" }); }
            class First() : DelegatingHandler(new Last()) { protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage r, CancellationToken t) { «return base.SendAsync(r, t);¦var sent = base.SendAsync(r, t); sent.Result.ReasonPhrase += " changed"; return sent;» } }
            static class T { public static string Run() => new HttpMessageInvoker(new First()).SendAsync(new HttpRequestMessage(), default).Result.ReasonPhrase!; }
            """;
        LinkedDelta delta = LinkedDelta.OfStandard(LinkCase.Revision(Program, 1), LinkCase.Revision(Program, 2));
        Assert.Equal("last", delta.Unpatched());
        Assert.Equal("last changed", delta.Patched());
    }

    [Fact]
    public void Only_references_to_facades_open_other_assemblies()
    {
        Assert.Equal(6, Facades.WithImplementations(["System.Runtime", "System.Private.CoreLib"]).Length);
        Assert.Contains("System.Security.Cryptography", Facades.WithImplementations(["System.Runtime", "System.Security.Cryptography.Algorithms"]));
        Assert.Contains("System.Collections.NonGeneric", Facades.WithImplementations(["netstandard"]));
        // What the framework that runs the tests forwards, and where it forwards it to.
        foreach (string name in (string[])["netstandard", "mscorlib", "System", "System.Core", "System.Data.DataSetExtensions", "System.ComponentModel.TypeConverter", "System.Security.Cryptography.Csp", "System.Xml.ReaderWriter"])
        {
            IEnumerable<string> homes = Forwarded(Assembly.Load(name));
            Assert.Empty(homes.Except(Facades.WithImplementations([name])));
        }
    }

    [Theory]
    [InlineData("public static class L { public static int F() => 1; «¦public static int G() => 2;» }", "L.G()")]
    [InlineData("public static class L { public static int F() => 1; } «¦public class N { public int G() => 2; }»", "new N().G()")]
    [InlineData("public static class L { public static int F() => 1; «¦public static int G = 2;» }", "L.G")]
    public void A_library_with_nothing_but_additions_has_an_image(string library, string use)
    {
        LinkedDelta delta = LinkedDelta.Of(
            "static class T { public static string Run() => \"\" + L.F(); }", $"static class T {{ public static string Run() => \"\" + {use}; }}", LinkCase.Revision(library, 1), LinkCase.Revision(library, 2));
        Assert.Equal("2", delta.Patched());
        Assert.Equal(["App", "Lib"], delta.Images.Select(i => i.Table.Assembly).Order());
        Assert.Empty(delta.Images.Single(i => i.Table.Assembly == "Lib").Table.Methods);
    }

    [Fact]
    public void A_small_edit_makes_a_small_image()
    {
        LinkedDelta delta = LinkCase.All["instance method with private state"].Link();
        using MemoryStream packed = new();
        using (System.IO.Compression.DeflateStream deflate = new(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(delta.Result.Modules.Single().Image.AsSpan());
        Assert.InRange(packed.Length, 1, 3000);
    }

    // Some forwards lead to packages that are not there.
    private static IEnumerable<string> Forwarded(Assembly facade)
    {
        try
        {
            return facade.GetForwardedTypes().Select(t => t.Assembly.GetName().Name!);
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>().Select(t => t.Assembly.GetName().Name!);
        }
    }
}
