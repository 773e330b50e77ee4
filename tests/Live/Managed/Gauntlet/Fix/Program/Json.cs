using System.Text.Json.Serialization;

namespace Gauntlet;

public sealed class Invoice
{
    private int _cents;

    public int Cents
    {
        get => _cents;
        set => _cents = value;
    }

    public string Text => "v2 0.0" + Cents;

    public string Note { get; set; } = "";
}

/// <summary>Written by the setters that the serializer calls.</summary>
public sealed class Received
{
    private string _name = "";

    public string Name
    {
        get => _name;
        set => _name = "v2 " + value + "!";
    }
}

[method: JsonConstructor]
public readonly struct Size(int width)
{
    public int Width { get; } = width;

    public string Text => "v2 " + Width + "px";
}
