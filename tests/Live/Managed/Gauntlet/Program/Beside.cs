namespace Gauntlet;

/// <summary>Classes that gain fields and virtual members, and an automatic property that becomes a full one.</summary>
public class Shelf
{
    private int _held = 1;

    public string Owner { get; set; } = "nobody";

    public string Describe() => "v1 " + _held;

    public string Count() => "v1 not counted";

    public Shelf Copy() => (Shelf)MemberwiseClone();

    public virtual string Kind() => "v1 shelf " + _held;

    public string Belongs() => "v1 " + Owner;
}

public sealed class WideShelf : Shelf
{
    public override string Kind() => "v1 wide " + base.Kind();
}

public class Pair<T>(T first)
{
    public string Describe() => "v1 " + first;
}

public record Label(string Text)
{
    public string Describe() => "v1 " + Text;
}

public sealed class Closing
{
    public static string Last = "";

    ~Closing() => Last = "v1 closed";
}

public class Shape
{
    public string Told() => "v1 shape";
}

public class Round : Shape;

public sealed class Ball : Round, ISized
{
    public string Size() => "5";
}

public interface ISized
{
    string Size();
}

public static class Beside
{
    public static string Sizes(ISized sized) => "v1 " + sized.Size();

    public static string Shapes(Shape shape) => "v1 " + shape.Told();

    public static string Copies(Shelf shelf) => "v1 " + shelf.Copy().Describe();

    public static string With(Label label) => "v1 " + (label with { Text = "other" }).Text;

    public static string Race() => "v1 no race";

    public static string Alive() => "v1 nothing";

    public static string Finalized() => "v1";
}

/// <summary>Objects that were made before any patch.</summary>
public static class KeptBeside
{
    public static readonly Shelf Shelf = new() { Owner = "me" };
    public static readonly Shelf Counted = new();
    public static readonly Shelf Wide = new WideShelf();
    public static readonly Pair<int> OfValue = new(3);
    public static readonly Pair<string> OfReference = new("s");
    public static readonly Label Label = new("text");
    public static readonly Shape Shape = new();
    public static readonly Ball Ball = new();
}
