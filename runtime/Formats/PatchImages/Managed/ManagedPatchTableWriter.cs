using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>Writes a managed patch image's table. Equal tables give equal bytes.</summary>
public static class ManagedPatchTableWriter
{
    /// <summary>Name of the manifest resource that the table must be.</summary>
    public const string TableResource = ManagedTableLayout.TableResource;

    /// <summary>What a patch assembly's simple name begins with. No assembly of a program may have such a name: the process that loads a patch would take the one for the other.</summary>
    public const string PatchPrefix = ManagedImageRules.PatchPrefix;

    /// <summary>What the simple name of an assembly that comes with a patch begins with.</summary>
    public const string AddedPrefix = ManagedImageRules.AddedPrefix;

    /// <summary>Name of the manifest resource that an assembly of <see cref="ManagedPatchTable.Added"/> must be.</summary>
    /// <param name="name">The assembly's simple name.</param>
    public static string AddedResource(string name) => ManagedTableLayout.AddedResource(name);

    /// <summary>Writes a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="image">What the image is called in a failure.</param>
    /// <exception cref="Diagnostics.HotpatchException">The table contradicts itself (HPB3405).</exception>
    public static ImmutableArray<byte> Write(ManagedPatchTable table, string image)
    {
        ArgumentNullException.ThrowIfNull(table);
        ManagedImageRules.Check(table, image);
        TableWriter writer = new();
        ManagedTableLayout.Table(writer, table);
        return ImmutableCollectionsMarshal.AsImmutableArray(writer.ToArray());
    }
}
