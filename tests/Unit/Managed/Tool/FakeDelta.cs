using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages.Managed;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

/// <summary>A delta with a valid managed image that no process needs to know.</summary>
internal static class FakeDelta
{
    public static readonly Guid Mvid = Guid.Parse("11112222-3333-4444-5555-666677778888");

    public static DeltaFile Create(string target, Guid? tableMvid = null)
    {
        const string Patch = "HotpatchBuild.Patch.App.0123456789abcdef";
        var table = new ManagedPatchTable
        {
            Assembly = "App",
            Mvid = tableMvid ?? Mvid,
            Methods = [new ManagedPatchMethod(0x06000001, "Holder", "Total", [0x00, 0x01, 0x08, 0x08], [], 1, "Cart.Total(int)")],
            Added = [],
        };
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create(
            Patch, [CSharpSyntaxTree.ParseText("public static class Holder { public static int Total(int n) => n + 1; }")],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, deterministic: true))
            .Emit(image, manifestResources: [new ResourceDescription(ManagedPatchTableWriter.TableResource, () => new MemoryStream([.. ManagedPatchTableWriter.Write(table, Patch)]), isPublic: true)]);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return DeltaFile.Create(
            new DeltaManifest
            {
                FormatVersion = DeltaManifest.CurrentFormatVersion,
                Id = "",
                Program = "App",
                Baseline = new DeltaRevision(new string('a', 40), "v1", false),
                Target = new DeltaRevision(new string('b', 40), target, false),
                CreatedAt = new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero),
                CreatedBy = "HotpatchBuild 0.1.0",
                Advisory = new DeltaAdvisory("", []),
                Modules =
                [
                    new DeltaModule("App", PatchEngine.Managed, Mvid, null, "", "",
                    [
                        new DeltaFunction("Cart.Total", "Cart.Total(int)", "src/Cart.cs", 12, 20, false),
                        new DeltaFunction("Cart.Check", "Cart.Check()", "src/Cart.cs", 22, 24, true),
                    ]),
                ],
            },
            new Dictionary<string, ImmutableArray<byte>> { ["App"] = [.. image.ToArray()] });
    }
}
