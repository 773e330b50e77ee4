using System.Globalization;

namespace HotpatchBuild.Compiler.Managed.Diffing;

/// <summary>Which of a package's folders a process on .NET 8 or later takes its assemblies from: the nearest one, as NuGet has it, for no platform in particular.</summary>
internal static class TargetFrameworks
{
    /// <summary>How near a framework is: the larger, the nearer; 0 where no process can use it.</summary>
    /// <param name="folder">The folder's name, for example <c>netstandard2.0</c>.</param>
    public static int Nearness(string folder)
    {
        string name = folder.ToLowerInvariant();
        if (Version(name, "netstandard") is { } standard)
            return 100 + standard;
        if (Version(name, "netcoreapp") is { } core)
            return 1000 + core;
        // net472 and the like have no dot.
        return name.Contains('.', StringComparison.Ordinal) && Version(name, "net") is >= 50 and var modern ? 10000 + modern : 0;
    }

    private static int? Version(string name, string prefix)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal) || name[prefix.Length..].Split('.') is not [var major, var minor])
            return null;
        return int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out int first) && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out int second)
            ? 10 * first + second
            : null;
    }
}
