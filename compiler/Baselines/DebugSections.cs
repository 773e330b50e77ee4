using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>Empties the debug sections of an object: comparing needs none of them, and they are half of its compressed size.</summary>
internal static class DebugSections
{
    /// <summary>A copy of the object whose <c>.debug_*</c> sections and their relocations are all zero, at unchanged places.</summary>
    /// <param name="object">The object file.</param>
    /// <param name="name">Its name, for failures.</param>
    public static byte[] Blank(ReadOnlyMemory<byte> @object, string name)
    {
        byte[] copy = @object.ToArray();
        foreach (ElfSection section in ElfFile.Read(@object, name).Sections)
        {
            if (IsDebug(section.Name) && !section.IsZeroFilled)
                copy.AsSpan(checked((int)section.Offset), checked((int)section.Size)).Clear();
        }
        return copy;
    }

    private static bool IsDebug(string name) =>
        name.StartsWith(".debug_", StringComparison.Ordinal) || name.StartsWith(".rela.debug_", StringComparison.Ordinal);
}
