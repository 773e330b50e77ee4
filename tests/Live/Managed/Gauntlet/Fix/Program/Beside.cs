using System.Runtime.CompilerServices;

namespace Gauntlet;

/// <summary>Classes that gain fields, and an automatic property that becomes a full one.</summary>
public class Shelf
{
    private readonly List<string> _items = ["a", "b"];
    private readonly object _gate = new();
    protected long _wide = 40;
    internal int _count;
    internal volatile string _note = "note";
    internal object _self;
    private int _held = 1;
    private string _owner = "nobody";

    public string Owner
    {
        get => _owner;
        set => _owner = value.Trim();
    }

    public (int Left, string Right) Sides { get; private set; } = (1, "r");

    internal List<string> Items => _items;

    public string Describe()
    {
        lock (_gate)
            return $"v2 {_held} {_items.Count} {_note} {Sides.Left}{Sides.Right}";
    }

    public string Count() => "v2 counted " + Interlocked.Increment(ref _count);

    public Shelf Copy() => (Shelf)MemberwiseClone();

    public virtual string Kind() => "v2 shelf " + (_held + _wide);

    public string Belongs() => "v2 " + Owner;

    internal void Move(int by) => Sides = (Sides.Left + by, Sides.Right);
}

public sealed class WideShelf : Shelf
{
    private readonly Dictionary<string, int> _sizes = new() { ["w"] = 2 };

    public override string Kind() => "v2 wide " + (_wide + _sizes["w"]) + " " + base.Kind();
}

public class Pair<T>(T first)
{
    private readonly List<T> _all = new();
    private T _second;

    public string Describe()
    {
        _second = first;
        if (_all.Count < 2)
            _all.Add(_second);
        return "v2 " + first + _second + typeof(T).Name;
    }
}

public record Label(string Text)
{
    public int Width { get; set; } = 7;

    public string Describe() => "v2 " + Text + Width;
}

public sealed class Closing
{
    public static string Last = "";

    internal string _name = "unnamed";

    ~Closing() => Last = "v2 closed " + _name;
}

public class Shape
{
    public virtual string Edges { get; } = "?";

    public virtual string Kind(int number) => "shape" + number;

    public string Told() => "v2 " + Kind(1) + Edges;
}

public class Round : Shape
{
    public override string Edges => "0";

    public override string Kind(int number) => "round " + base.Kind(number + 1);
}

public sealed class Ball : Round, ISized
{
    public override string Kind(int number) => "ball " + base.Kind(number + 1);

    public string Size() => "5";

    string ISized.Twice(string mark) => mark + "10";
}

public class AddedShape : Round
{
    public override string Kind(int number) => "added " + base.Kind(number);
}

public interface ISized
{
    string Size();

    string Twice(string mark);

    string Thrice() => "3*" + Size();
}

public static class Beside
{
    public static string Sizes(ISized sized) => "v2 " + sized.Twice("=") + sized.Thrice();

    public static string Shapes(Shape shape)
    {
        Func<int, string> kind = shape.Kind;
        return "v2 " + kind(5) + "," + new AddedShape().Told() + "," + ((Shape)new Ball()).Edges;
    }

    public static string Copies(Shelf shelf)
    {
        Shelf changed = shelf.Copy();
        changed.Move(4);
        changed._note = "n";
        Shelf copy = changed.Copy();
        copy.Move(1);
        return "v2 " + copy.Describe() + "," + changed.Describe() + "," + ReferenceEquals(copy.Items, changed.Items);
    }

    public static string With(Label label)
    {
        Label wide = label with { Width = 9 };
        return "v2 " + (wide with { Text = "other" }).Describe() + "," + (label == wide) + (wide == wide with { });
    }

    public static string Race()
    {
        const int Threads = 4, Calls = 10_000, Rounds = 50;
        int wrong = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // Without a constructor: nobody has set anything, and all threads come first.
            var shelf = (Shelf)RuntimeHelpers.GetUninitializedObject(typeof(Shelf));
            var lists = new List<string>[Threads];
            using var start = new Barrier(Threads);
            Thread[] threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                lists[i] = shelf.Items;
                for (int call = 0; call < Calls / Rounds; call++)
                    Interlocked.Increment(ref shelf._count);
            })).ToArray();
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            if (shelf._count != Threads * (Calls / Rounds) || lists.Any(list => !ReferenceEquals(list, lists[0])))
                wrong++;
        }
        return "v2 wrong " + wrong;
    }

    public static string Alive()
    {
        List<WeakReference> made = Make();
        Collect();
        return "v2 alive " + made.Count(reference => reference.IsAlive);
    }

    public static string Finalized()
    {
        Drop();
        Collect();
        return "v2 " + Closing.Last;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Make()
    {
        var made = new List<WeakReference>();
        for (int i = 0; i < 1000; i++)
        {
            var shelf = new Shelf { Owner = "x" };
            // What is kept beside an object leads back to it.
            shelf._self = new object[] { shelf, new byte[1000] };
            shelf.Items.Add("i");
            made.Add(new WeakReference(shelf));
        }
        return made;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop() => new Closing()._name = "by hand";

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
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
