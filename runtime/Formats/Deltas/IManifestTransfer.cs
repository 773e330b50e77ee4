using System.Collections.Immutable;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>Passes the members of one object: the transfer, the object to write (blank for a reader).</summary>
internal delegate T ManifestObject<T>(IManifestTransfer transfer, T value);

/// <summary>One direction of <see cref="DeltaManifestLayout"/>, inside one object. Every method returns the value that stands in the text.</summary>
internal interface IManifestTransfer
{
    /// <summary>A whole number.</summary>
    int Number(string member, int value);

    /// <summary>True or false.</summary>
    bool Flag(string member, bool value);

    /// <summary>A text.</summary>
    string Text(string member, string value);

    /// <summary>A text or null.</summary>
    string? OptionalText(string member, string? value);

    /// <summary>One of a few texts.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="value">Index of the text to write.</param>
    /// <param name="choices">The texts.</param>
    int Choice(string member, int value, string[] choices);

    /// <summary>A GUID in its usual form.</summary>
    Guid Guid(string member, Guid value);

    /// <summary>A time (ISO 8601).</summary>
    DateTimeOffset Time(string member, DateTimeOffset value);

    /// <summary>Texts.</summary>
    ImmutableArray<string> Texts(string member, ImmutableArray<string> values);

    /// <summary>An object.</summary>
    T Object<T>(string member, T value, ManifestObject<T> members)
        where T : class;

    /// <summary>Objects.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="values">The objects.</param>
    /// <param name="blank">What a reader hands to <paramref name="members"/>.</param>
    /// <param name="members">Passes one object's members.</param>
    ImmutableArray<T> Objects<T>(string member, ImmutableArray<T> values, T blank, ManifestObject<T> members)
        where T : class;
}
