using System.Reflection;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Diagnostics;

/// <summary>One diagnostic and the class that defines it.</summary>
internal sealed record DefinedDiagnostic(string Class, DiagnosticDescriptor Descriptor);

/// <summary>Every diagnostic of the product: found in all of its assemblies, so that none can be forgotten.</summary>
internal static class DiagnosticCatalogue
{
    /// <summary>All of them, by number.</summary>
    public static IReadOnlyList<DefinedDiagnostic> All { get; } = [.. Descriptors().OrderBy(d => d.Descriptor.Id, StringComparer.Ordinal)];

    private static IEnumerable<DefinedDiagnostic> Descriptors()
    {
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, "*.dll"))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            if (name != "hotpatch" && (!name.StartsWith("HotpatchBuild.", StringComparison.Ordinal) || name.StartsWith("HotpatchBuild.Tests", StringComparison.Ordinal)))
                continue;
            foreach (Type type in Assembly.Load(name).GetTypes())
            {
                const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
                // A property's value lies in a field too, whatever its name.
                foreach (FieldInfo field in type.GetFields(Statics).Where(f => f.FieldType == typeof(DiagnosticDescriptor)))
                    yield return new DefinedDiagnostic(type.FullName!, (DiagnosticDescriptor)field.GetValue(null)!);
            }
        }
    }
}
