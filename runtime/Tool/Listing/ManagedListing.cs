using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages.Managed;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Listing;

/// <summary>What a managed patch image holds: for each method that is redirected the one that holds its new body.</summary>
internal static class ManagedListing
{
    /// <summary>Lists one module.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="module">One of its managed modules.</param>
    /// <param name="fits">Whether a function of this name and symbol is wanted.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">The image is not valid.</exception>
    public static InspectedModule Of(DeltaFile delta, DeltaModule module, Func<string, string, bool> fits)
    {
        var bytes = delta.ImageBytesOf(module.Name);
        var image = ManagedPatchImage.Read(bytes.AsMemory(), module.Image);
        var sizes = Sizes(ImmutableCollectionsMarshal.AsArray(bytes)!);
        var sources = module.Functions.ToLookup(static function => function.DisplayName, StringComparer.Ordinal);
        var functions = image.Table.Methods.Select(method =>
        {
            var source = sources[method.DisplayName].FirstOrDefault(static function => !function.Added);
            return new InspectedFunction(
                source?.Symbol ?? $"0x{method.Target:x8}", method.DisplayName, source?.File, source?.FirstLine ?? 0, source?.LastLine ?? 0, false, 0,
                sizes.GetValueOrDefault((method.HolderType, method.HolderMethod)), null, null, $"{image.PatchAssembly}: {method.HolderType}.{method.HolderMethod}");
        });
        var added = module.Functions.Where(static function => function.Added).Select(static function => new InspectedFunction(
            function.Symbol, function.DisplayName, function.File, function.FirstLine, function.LastLine, true, 0, 0, null, null, null));
        return new InspectedModule(
            module.Name, Conversions.NameOf(module.Engine), module.Mvid.ToString("N"), (int)sizes.Values.Sum(static size => size), image.Added.Sum(static added => added.Image.Length), 0,
            [.. functions.Concat(added).Where(function => fits(function.Name, function.Symbol))],
            [.. image.Table.Transitions.Select(static code => new TransitionOutput(
                code.Kind switch { TransitionKind.Transition => "transition", TransitionKind.Rollback => "rollback", _ => "precondition" }, code.DisplayName, code.Identity))]);
    }

    /// <summary>IL bytes of each method that stands directly in a type of no other.</summary>
    private static Dictionary<(string Type, string Method), uint> Sizes(byte[] bytes)
    {
        var sizes = new Dictionary<(string, string), uint>();
        using var file = new PEReader(new MemoryStream(bytes));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            var type = metadata.GetTypeDefinition(method.GetDeclaringType());
            if (method.RelativeVirtualAddress == 0 || type.IsNested)
                continue;
            var space = metadata.GetString(type.Namespace);
            var name = metadata.GetString(type.Name);
            sizes[(space.Length == 0 ? name : $"{space}.{name}", metadata.GetString(method.Name))] =
                (uint)(file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()?.Length ?? 0);
        }
        return sizes;
    }
}
