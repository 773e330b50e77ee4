using System.Collections.Immutable;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>The bytes of a patch image's sections. Never changes; an absent section is an empty one.</summary>
public sealed class ImageSections
{
    private readonly ImmutableArray<byte>[] _sections = [[], [], [], [], []];

    /// <summary>A section's bytes.</summary>
    /// <param name="section">The section.</param>
    public ImmutableArray<byte> this[ImageSection section]
    {
        get => _sections[IndexOf(section)];
        init => _sections[IndexOf(section)] = value.IsDefault ? [] : value;
    }

    /// <summary>The same with other bytes for one section.</summary>
    /// <param name="section">The section.</param>
    /// <param name="bytes">Its bytes.</param>
    public ImageSections With(ImageSection section, ImmutableArray<byte> bytes)
    {
        ImageSections changed = new() { [section] = bytes };
        for (int i = 0; i < _sections.Length; i++)
        {
            if (i != IndexOf(section))
                changed._sections[i] = _sections[i];
        }
        return changed;
    }

    /// <summary>True for a section that there is.</summary>
    /// <param name="section">Any number.</param>
    public static bool Exists(ImageSection section) => section is >= ImageSection.Entries and <= ImageSection.Unwind;

    private static int IndexOf(ImageSection section) => Exists(section)
        ? section - ImageSection.Entries
        : throw new ArgumentOutOfRangeException(nameof(section), section, null);
}
