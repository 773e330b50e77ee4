using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>Reads the members of one object of a manifest of which nothing is known yet.</summary>
internal sealed class ManifestReader : IManifestTransfer
{
    private readonly JsonElement _object;
    private readonly string _path;
    private int _taken;

    private ManifestReader(JsonElement element, string path)
    {
        _object = element.ValueKind == JsonValueKind.Object ? element : throw new ManifestFormException($"{(path.Length == 0 ? "it" : path)} is no object");
        _path = path;
    }

    /// <summary>Reads the whole text.</summary>
    /// <exception cref="ManifestFormException">It is not of the layout's form.</exception>
    public static DeltaManifest Read(JsonElement root) => Members(root, "", DeltaManifestLayout.Blank, DeltaManifestLayout.Manifest);

    /// <inheritdoc/>
    public int Number(string member, int value) => Take(member, JsonValueKind.Number).TryGetInt32(out int number) ? number : throw Wrong(member);

    /// <inheritdoc/>
    public bool Flag(string member, bool value) => Take(member) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : throw Wrong(member);

    /// <inheritdoc/>
    public string Text(string member, string value) => TextOf(Take(member, JsonValueKind.String), member);

    /// <inheritdoc/>
    public string? OptionalText(string member, string? value) =>
        Take(member) is { ValueKind: not JsonValueKind.Null } text ? TextOf(text, member) : null;

    /// <inheritdoc/>
    public int Choice(string member, int value, string[] choices) =>
        Array.IndexOf(choices, Text(member, "")) is var choice and >= 0 ? choice : throw Wrong(member);

    /// <inheritdoc/>
    public Guid Guid(string member, Guid value) => Take(member, JsonValueKind.String).TryGetGuid(out Guid guid) ? guid : throw Wrong(member);

    /// <inheritdoc/>
    public DateTimeOffset Time(string member, DateTimeOffset value) =>
        Take(member, JsonValueKind.String).TryGetDateTimeOffset(out DateTimeOffset time) ? time : throw Wrong(member);

    /// <inheritdoc/>
    public ImmutableArray<string> Texts(string member, ImmutableArray<string> values)
    {
        JsonElement array = Take(member, JsonValueKind.Array);
        string[] texts = new string[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement text in array.EnumerateArray())
            texts[i++] = TextOf(text, member);
        return ImmutableCollectionsMarshal.AsImmutableArray(texts);
    }

    /// <inheritdoc/>
    public T Object<T>(string member, T value, ManifestObject<T> members)
        where T : class => Members(Take(member), PathOf(member), value, members);

    /// <inheritdoc/>
    public ImmutableArray<T> Objects<T>(string member, ImmutableArray<T> values, T blank, ManifestObject<T> members)
        where T : class
    {
        JsonElement array = Take(member, JsonValueKind.Array);
        T[] objects = new T[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement one in array.EnumerateArray())
            objects[i++] = Members(one, PathOf(member), blank, members);
        return ImmutableCollectionsMarshal.AsImmutableArray(objects);
    }

    private static T Members<T>(JsonElement element, string path, T blank, ManifestObject<T> members)
        where T : class
    {
        ManifestReader reader = new(element, path);
        T read = members(reader, blank);
        // Every member that was asked for was there, so any more are unknown ones or stand twice.
        return element.GetPropertyCount() == reader._taken
            ? read
            : throw new ManifestFormException($"{(path.Length == 0 ? "it" : path)} has a member that is unknown or stands twice");
    }

    private JsonElement Take(string member, JsonValueKind kind) => Take(member) is var element && element.ValueKind == kind ? element : throw Wrong(member);

    private JsonElement Take(string member)
    {
        try
        {
            if (!_object.TryGetProperty(member, out JsonElement element))
                throw new ManifestFormException($"{PathOf(member)} is missing");
            _taken++;
            return element;
        }
        catch (InvalidOperationException e)
        {
            // What JsonElement throws for escapes and bytes that are no Unicode.
            throw new ManifestFormException($"{(_path.Length == 0 ? "it" : _path)} has a member whose name is no text", e);
        }
    }

    private string TextOf(JsonElement element, string member)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong(member);
        }
        catch (InvalidOperationException e)
        {
            throw new ManifestFormException($"{PathOf(member)} is not Unicode", e);
        }
    }

    private string PathOf(string member) => _path.Length == 0 ? member : $"{_path}.{member}";

    private ManifestFormException Wrong(string member) => new($"{PathOf(member)} is not of the expected form");
}

/// <summary>A manifest is not of the layout's form. <see cref="DeltaManifestText"/> turns it into a failure with a number.</summary>
internal sealed class ManifestFormException(string what, Exception? cause = null) : Exception(what, cause);
