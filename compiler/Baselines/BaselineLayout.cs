using HotpatchBuild.Formats.Containers;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>Where things stand in a <c>.hotbase</c> zip, and how large they may be. The only place that knows.</summary>
internal static class BaselineLayout
{
    /// <summary>The manifest; always the first entry.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>ILC's object file.</summary>
    public const string Object = "native/object.o";

    /// <summary>ILC's map.</summary>
    public const string Map = "native/map.xml";

    /// <summary>The executable.</summary>
    public const string Executable = "native/executable";

    /// <summary>The symbol listing.</summary>
    public const string Symbols = "native/symbols.txt";

    /// <summary>The C# compiler's arguments, one a line.</summary>
    public const string CompilerArguments = "args/csc.rsp";

    /// <summary>ILC's response file.</summary>
    public const string IlcArguments = "args/ilc.rsp";

    /// <summary>The linker's arguments, one a line.</summary>
    public const string LinkerArguments = "args/link.rsp";

    /// <summary>Largest manifest that is read.</summary>
    public const int MaximumManifestSize = 64 << 20;

    /// <summary>Largest baseline file that is read.</summary>
    public const long MaximumFileSize = 1 << 30;

    /// <summary>What a baseline file may unpack to.</summary>
    public static readonly ZipLimits Limits = new(Items: 4096, ItemSize: 1 << 30, TotalSize: int.MaxValue);

    /// <summary>Path of an assembly.</summary>
    /// <param name="index">Its place in the manifest's list; it keeps names from the assembly out of the zip's paths.</param>
    public static string Assembly(int index) => $"il/{index}.dll";

    /// <summary>Path of an assembly's PDB.</summary>
    /// <param name="index">Its place in the manifest's list.</param>
    public static string Pdb(int index) => $"il/{index}.pdb";
}
