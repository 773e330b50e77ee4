using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Symbols name sources by the mapped root of a deterministic build; people and tools open them by their real paths.</summary>
internal static class SourcePlaces
{
    /// <summary>What the documents of a build with <c>PathMap</c> or <c>ContinuousIntegrationBuild</c> begin with.</summary>
    public const string MappedRoot = "/_/";

    /// <summary>A comparison's result with messages that name files of this checkout, and functions that name files of the repository.</summary>
    /// <param name="delta">The result, with paths as the symbols have them.</param>
    /// <param name="topLevel">The root of the repository.</param>
    public static ProgramDelta In(ProgramDelta delta, string topLevel) => delta with
    {
        Refusals = [.. delta.Refusals.Select(failure => Here(failure, topLevel))],
        Warnings = [.. delta.Warnings.Select(failure => Here(failure, topLevel))],
        Modules = [.. delta.Modules.Select(module => module with { Module = module.Module with { Functions = [.. module.Module.Functions.Select(function => function with { File = InRepository(function.File, topLevel) })] } })],
    };

    private static Failure Here(Failure failure, string topLevel) =>
        failure.Where is { } where && IsMapped(where.File) && Path.Combine(topLevel, where.File[MappedRoot.Length..]) is var path && File.Exists(path)
            ? failure with { Where = where with { File = path } }
            : failure;

    // Libraries that are built without the package name their sources by full paths.
    private static string? InRepository(string? file, string topLevel) =>
        file is null ? null
        : IsMapped(file) && file.Length > MappedRoot.Length ? file[MappedRoot.Length..]
        : file.StartsWith(topLevel + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? file[(topLevel.Length + 1)..]
        : file;

    private static bool IsMapped(string file) => file.StartsWith(MappedRoot, StringComparison.Ordinal);
}
