using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tool.Listing;

/// <summary>Names of the addresses in a listing.</summary>
internal sealed class ListedNames
{
    private readonly Dictionary<ulong, string> _exact = [];
    private readonly List<(ulong Start, ulong End, string Name)> _sections = [];

    /// <summary>For an image whose sections stand at <paramref name="addresses"/>.</summary>
    public ListedNames(NativePatchImage image, IReadOnlyDictionary<ImageSection, ulong> addresses)
    {
        foreach (var name in image.BaselineNames)
            _exact[name.Address] = name.Name;
        foreach (var function in image.Functions)
        {
            _exact[addresses[ImageSection.Entries] + function.EntryOffset] = function.Symbol;
            _exact[addresses[ImageSection.Text] + function.TextOffset] = function.Symbol;
            if (function.PatchPoint is { } point)
                _exact[point.Address] = function.Symbol;
        }
        Add(image, addresses, ImageSection.ReadOnlyData, ".rdata");
        Add(image, addresses, ImageSection.Data, ".data");
        Add(image, addresses, ImageSection.Unwind, ".eh_fram");
    }

    /// <summary>The name of an address, or null.</summary>
    public string? Of(ulong address)
    {
        if (_exact.TryGetValue(address, out var name))
            return name;
        foreach (var section in _sections)
        {
            if (address >= section.Start && address < section.End)
                return $"{section.Name}+0x{address - section.Start:x}";
        }
        return null;
    }

    private void Add(NativePatchImage image, IReadOnlyDictionary<ImageSection, ulong> addresses, ImageSection section, string name)
    {
        if (image.Sections[section] is { IsEmpty: false } bytes)
            _sections.Add((addresses[section], addresses[section] + (ulong)bytes.Length, name));
    }
}
