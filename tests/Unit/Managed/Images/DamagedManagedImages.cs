using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Formats.PatchImages.Managed;
using HotpatchBuild.Tests.Unit.PatchImages;
using Mono.Cecil;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>Any bytes give a managed image that keeps all rules, or a failure.</summary>
public class DamagedManagedImages
{
    private static readonly byte[] Good = Image("instance method with private state"), WithAdded = Image("added types of every kind"), Generic = Image("nested generic types");

    private static readonly ManagedPatchTable Table = new()
    {
        Assembly = "Shop",
        Mvid = new Guid("11112222-3333-4444-5555-666677778888"),
        Methods =
        [
            new(0x06000002, "Shop.Cart", "Total", [0, 1, 8, 0x12, 8], [], 1, "Shop.Cart.Total()"),
            new(0x06000102, "Shop.Cart", "Map", [0x10, 2, 2, 0x1E, 1, 0x10, 0x15, 0x11, 8, 1, 0x1E, 0, 0x1D, 0x0E], [0x0A, 2, 0x13, 0, 0x1E, 0], 2, "Shop.Cart<T>.Map<U>(string[])"),
        ],
        Added = ["HotpatchBuild.Added.0123456789abcdef"],
    };

    [Fact]
    public void Every_mutation_of_an_image_gives_an_image_or_a_failure() =>
        Assert.InRange(Mutations.Survives([Good, WithAdded, Generic], 9_000, bytes => ManagedPatchImage.Read(bytes, "x")), 1, 8_999);

    [Fact]
    public void Every_mutation_of_a_table_gives_a_table_or_a_failure() =>
        Assert.InRange(Mutations.Survives([[.. ManagedPatchTableWriter.Write(Table, "x")]], 20_000, bytes => ReadTable(bytes)), 1, 19_999);

    [Fact]
    public void Every_truncation_of_a_table_is_refused()
    {
        byte[] bytes = [.. ManagedPatchTableWriter.Write(Table, "x")];
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal("HPB3403", Assert.Throws<HotpatchException>(() => ReadTable(bytes[..length])).Failure.Id);
    }

    [Fact]
    public void A_table_comes_back_as_it_was_written()
    {
        ManagedPatchTable read = ReadTable([.. ManagedPatchTableWriter.Write(Table, "x")]);
        Assert.Equal((Table.Assembly, Table.Mvid), (read.Assembly, read.Mvid));
        Assert.Equal<string>(Table.Added, read.Added);
        Assert.Equal(Table.Methods.Select(Text), read.Methods.Select(Text));

        static string Text(ManagedPatchMethod m) => $"{m.Target:x} {m.HolderType} {m.HolderMethod} {Convert.ToHexString(m.Signature.AsSpan())} {Convert.ToHexString(m.Instantiation.AsSpan())} {m.Arguments} {m.DisplayName}";
    }

    public static TheoryData<string, string> Contradictions => new()
    {
        { "method twice", "out of order" }, { "holder twice", "two methods are led" }, { "no mvid", "no module version id" }, { "signature cut", "is damaged" },
        { "instance signature", "is damaged" }, { "too few arguments", "arguments" }, { "no instantiation", "type arguments" }, { "control character", "control characters" },
        { "added twice", "stands twice" }, { "added under the program's name", "no name that begins with" }, { "added without a name of its own", "no name that begins with" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Contradictions_are_refused_when_written_and_when_read(string what, string words)
    {
        ManagedPatchMethod first = Table.Methods[0], second = Table.Methods[1];
        ManagedPatchTable bad = what switch
        {
            "method twice" => Table with { Methods = [first, first with { HolderMethod = "Other" }] },
            "holder twice" => Table with { Methods = [first, first with { Target = 0x06000003 }] },
            "no mvid" => Table with { Mvid = Guid.Empty },
            "signature cut" => Table with { Methods = [first with { Signature = first.Signature[..^1] }] },
            "instance signature" => Table with { Methods = [first with { Signature = first.Signature.SetItem(0, 0x20) }] },
            "too few arguments" => Table with { Methods = [first with { Arguments = 0 }] },
            "no instantiation" => Table with { Methods = [second with { Instantiation = [] }] },
            "control character" => Table with { Methods = [first with { DisplayName = "a\u001bb" }] },
            "added under the program's name" => Table with { Added = ["Shop.Models"] },
            "added without a name of its own" => Table with { Added = ["HotpatchBuild.Added."] },
            _ => Table with { Added = ["HotpatchBuild.Added.a", "HotpatchBuild.Added.A"] },
        };
        Failure failure = Assert.Throws<HotpatchException>(() => ManagedPatchTableWriter.Write(bad, "x")).Failure;
        Assert.Equal("HPB3405", failure.Id);
        Assert.Contains(words, failure.What, StringComparison.Ordinal);
        TableWriter unchecked_ = new();
        ManagedTableLayout.Table(unchecked_, bad);
        Assert.Throws<HotpatchException>(() => ReadTable(unchecked_.ToArray()));
    }

    [Fact]
    public void Deep_signatures_do_not_exhaust_the_stack()
    {
        ImmutableArray<byte> deep = [0, 0, .. Enumerable.Repeat((byte)0x0F, 60_000), 8];
        Assert.Equal("HPB3405", Assert.Throws<HotpatchException>(() => ManagedPatchTableWriter.Write(Table with { Methods = [Table.Methods[0] with { Signature = deep, Arguments = 0 }] }, "x")).Failure.Id);
    }

    [Fact]
    public void A_count_beyond_the_bytes_left_allocates_nothing()
    {
        byte[] table = [.. "HPBM"u8, 1, 1, (byte)'a', .. new byte[16], 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<HotpatchException>(() => ReadTable(table));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("", "HPB3401")]
    [InlineData("MZ", "HPB3401")]
    [InlineData("not an image at all, but long enough to be looked at as one", "HPB3401")]
    public void Other_files_are_no_images(string text, string id) =>
        Assert.Equal(id, Assert.Throws<HotpatchException>(() => ManagedPatchImage.Read(System.Text.Encoding.ASCII.GetBytes(text), "x")).Failure.Id);

    [Fact]
    public void An_assembly_without_a_table_is_no_image() =>
        Assert.Equal("HPB3402", Assert.Throws<HotpatchException>(() => ManagedPatchImage.Read(File.ReadAllBytes(typeof(DamagedManagedImages).Assembly.Location), "x")).Failure.Id);

    [Fact]
    public void A_native_image_is_no_managed_one() =>
        Assert.Equal("HPB3401", Assert.Throws<HotpatchException>(() => ManagedPatchImage.Read(NativePatchImageWriter.Write(SampleImages.Small()).ToArray(), "x")).Failure.Id);

    [Theory]
    [InlineData("holder gone")]
    [InlineData("holder private")]
    [InlineData("holder with another signature")]
    [InlineData("added assembly gone")]
    [InlineData("added assembly with another name")]
    [InlineData("patch under the program's name")]
    public void Parts_that_do_not_fit_are_refused(string what)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(WithAdded));
        MethodDefinition holder = module.GetType("T").Methods.Single(m => m.Name == "Run");
        EmbeddedResource added = module.Resources.OfType<EmbeddedResource>().First(r => r.Name != ManagedPatchTableWriter.TableResource);
        switch (what)
        {
            case "holder gone":
                holder.Name = "Other";
                break;
            case "holder private":
                holder.IsPublic = false;
                break;
            case "holder with another signature":
                holder.Parameters.Add(new ParameterDefinition(module.TypeSystem.Int32));
                break;
            case "added assembly gone":
                module.Resources.Remove(added);
                break;
            case "patch under the program's name":
                module.Assembly.Name.Name = "Shop";
                break;
            default:
                module.Resources.Remove(added);
                module.Resources.Add(new EmbeddedResource(added.Name, ManifestResourceAttributes.Private, Good));
                break;
        }
        using MemoryStream stream = new();
        module.Write(stream);
        Assert.Equal("HPB3405", Assert.Throws<HotpatchException>(() => ManagedPatchImage.Read(stream.ToArray(), "x")).Failure.Id);
    }

    private static ManagedPatchTable ReadTable(byte[] bytes)
    {
        TableReader reader = new(bytes, ManagedImageDiagnostics.BadTable);
        ManagedPatchTable table = ManagedTableLayout.Table(reader, new ManagedPatchTable { Assembly = "", Mvid = default, Methods = [], Added = [] });
        reader.End();
        ManagedImageRules.Check(table, "x");
        return table;
    }

    private static byte[] Image(string name) => [.. LinkCase.All[name].Link().Result.Modules.Single().Image];
}
