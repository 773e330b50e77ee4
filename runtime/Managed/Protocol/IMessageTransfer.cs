using System;
using System.Collections.Generic;

namespace HotpatchBuild.Protocol;

/// <summary>Passes the members of one record: the transfer, the record to write (blank for a reader).</summary>
internal delegate T MessageMembers<T>(IMessageTransfer transfer, T value);

/// <summary>One direction of <see cref="MessageLayout"/>. Every method returns the value that stands in the message.</summary>
internal interface IMessageTransfer
{
    /// <summary>Four bytes, little-endian.</summary>
    int Number(int value);

    /// <summary>One byte: 0 or 1.</summary>
    bool Flag(bool value);

    /// <summary>Eight bytes, IEEE 754.</summary>
    double Fraction(double value);

    /// <summary>Ticks in UTC, eight bytes.</summary>
    DateTime Time(DateTime value);

    /// <summary>16 bytes as <see cref="System.Guid.TryWriteBytes(Span{byte})"/> orders them.</summary>
    Guid Guid(Guid value);

    /// <summary>Length and UTF-8.</summary>
    string Text(string value);

    /// <summary>Length and bytes.</summary>
    byte[] Bytes(byte[] value);

    /// <summary>Count and texts.</summary>
    IReadOnlyList<string> Texts(IReadOnlyList<string> values);

    /// <summary>A flag and, where it is set, a text.</summary>
    string? OptionalText(string? value);

    /// <summary>A flag and, where it is set, a record.</summary>
    /// <param name="value">The record to write.</param>
    /// <param name="blank">What a reader hands to <paramref name="members"/>.</param>
    /// <param name="members">Passes the record's members.</param>
    T? Optional<T>(T? value, T blank, MessageMembers<T> members)
        where T : class;

    /// <summary>Count and records.</summary>
    /// <param name="values">The records to write.</param>
    /// <param name="blank">What a reader hands to <paramref name="members"/>.</param>
    /// <param name="members">Passes one record's members.</param>
    IReadOnlyList<T> List<T>(IReadOnlyList<T> values, T blank, MessageMembers<T> members)
        where T : class;
}
