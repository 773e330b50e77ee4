using System.Collections.Immutable;
using System.Text.Json;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>Writes a manifest whose rules have been checked.</summary>
internal sealed class ManifestWriter(Utf8JsonWriter json) : IManifestTransfer
{
    /// <summary>Writes the whole text.</summary>
    public void Write(DeltaManifest manifest)
    {
        json.WriteStartObject();
        DeltaManifestLayout.Manifest(this, manifest);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public int Number(string member, int value)
    {
        json.WriteNumber(member, value);
        return value;
    }

    /// <inheritdoc/>
    public bool Flag(string member, bool value)
    {
        json.WriteBoolean(member, value);
        return value;
    }

    /// <inheritdoc/>
    public string Text(string member, string value)
    {
        json.WriteString(member, value);
        return value;
    }

    /// <inheritdoc/>
    public string? OptionalText(string member, string? value)
    {
        json.WriteString(member, value);
        return value;
    }

    /// <inheritdoc/>
    public int Choice(string member, int value, string[] choices)
    {
        json.WriteString(member, choices[value]);
        return value;
    }

    /// <inheritdoc/>
    public Guid Guid(string member, Guid value)
    {
        json.WriteString(member, value);
        return value;
    }

    /// <inheritdoc/>
    public DateTimeOffset Time(string member, DateTimeOffset value)
    {
        json.WriteString(member, value);
        return value;
    }

    /// <inheritdoc/>
    public ImmutableArray<string> Texts(string member, ImmutableArray<string> values)
    {
        json.WriteStartArray(member);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
        return values;
    }

    /// <inheritdoc/>
    public T Object<T>(string member, T value, ManifestObject<T> members)
        where T : class
    {
        json.WriteStartObject(member);
        members(this, value);
        json.WriteEndObject();
        return value;
    }

    /// <inheritdoc/>
    public ImmutableArray<T> Objects<T>(string member, ImmutableArray<T> values, T blank, ManifestObject<T> members)
        where T : class
    {
        json.WriteStartArray(member);
        foreach (T value in values)
        {
            json.WriteStartObject();
            members(this, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return values;
    }
}
