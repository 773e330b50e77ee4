using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gauntlet;

/// <summary>Methods whose fix needs what the program does not have yet.</summary>
public partial class Adding
{
    private static int s_added;
    private static int s_count;
    private static List<string> s_names;

    private readonly int _field = 6;

    private delegate string Making(int number);

    private enum Level
    {
        Low,
        High,
    }

    private static string Added => "v2 property";

    public static string StaticMethod(int number) => AddedStatic(number);

    public string InstanceMethod(int number) => AddedInstance(number);

    public static string GenericMethod(int number) => "v2 " + AddedGeneric(number) + " " + AddedGeneric("s");

    public static string Overload(int number) => "v2 " + Chosen(number);

    public static string Property() => Added;

    public static string Library(int number) => Gauntlet.Library.Common.Added(number);

    public static async Task<string> LibraryLater(int number)
    {
        await Task.Yield();
        Func<int, string> made = n => new Gauntlet.Library.AddedInLibrary(n + number).Text;
        return made(1) + ", " + Gauntlet.Library.Common.Added(number);
    }

    public static string NestedType()
    {
        var nested = new Nested(1) { More = 2 };
        return "v2 nested " + nested.Sum() + " " + Level.High + " " + nested.GetType().Name;
    }

    public static string TopLevelTypes()
    {
        var structure = new AddedStruct { Left = 2, Right = 3 };
        return "v2 " + new Added(1) + " " + structure.Sum + " " + new AddedClass().GetType().Name;
    }

    public static string Inheritance()
    {
        Animal cat = new Cat();
        return "v2 " + cat.Sound + ", " + cat.Name() + " " + cat.Visit(1);
    }

    public static string Interfaces(IList list)
    {
        IGreeter greeter = new Cat();
        IComparable<int> comparable = new Cat();
        return greeter.Greet() + " " + list.Count + " " + comparable.CompareTo(3);
    }

    public static string Thrown()
    {
        try
        {
            throw new AddedException("shown");
        }
        catch (Exception problem) when (problem is AddedException { Message.Length: > 1 })
        {
            return "v2 " + problem.ToString().Split('\n')[0].Split('.')[^1].Trim() + " " + problem.GetType().Name;
        }
    }

    public static string Closure(int number)
    {
        int kept = number + 1;
        Func<int> first = () => kept++;
        Func<int> second = () => kept;
        return "v2 " + first() + "," + second();
    }

    public string ThisClosure(int number)
    {
        Func<int, int> with = more => _field + number + more;
        Func<int> without = () => _field + 2;
        return "v2 " + without() + "," + (with(number) + _field);
    }

    public static string ManyClosures(int[] numbers)
    {
        var parts = new List<string>();
        int outer = numbers[0] + 1;
        Func<int, string> joined = number =>
        {
            int inner = outer + number;
            return string.Join(',', numbers.Select((item, index) => inner + 2 * index).Take(2));
        };
        parts.Add(joined(3));
        parts.Add(string.Join(',', numbers.Where(number => number > 2).Select(number => number + 1)));
        parts.Add(numbers.Sum().ToString(CultureInfo.InvariantCulture));
        return "v2 " + string.Join(';', parts);
    }

    public static string LocalFunctions(int number)
    {
        int calls = 0;
        return "v2 " + Factorial(number) + (Even(number) ? " even" : " odd");

        int Factorial(int of)
        {
            calls++;
            return of <= 1 ? 1 : of * Factorial(of - 1);
        }

        static bool Even(int of) => of == 0 || !Even(of - 1);
    }

    public static string Iterating() => "v2 " + string.Join(',', Fibonacci(6));

    public static Task<string> Awaiting(int number) => AddedAsync(number);

    public static async Task<string> AwaitingMore(int number)
    {
        await Task.Yield();
        string first = "v2 " + number;
        string second = await Task.Run(async () =>
        {
            await Task.Yield();
            return "lambda " + (number + 2);
        });
        return first + "+" + await Task.FromResult(2) + " " + second;
    }

    public static string Instantiations()
    {
        var list = new List<(int, int)> { (1, 2) };
        var byLevel = new Dictionary<Level, int> { [Level.High] = 1 };
        var box = new Box<Added>(new Added(5));
        var set = new SortedSet<AddedStruct>(Comparer<AddedStruct>.Create((left, right) => left.Sum - right.Sum)) { new(), new() { Left = 1 } };
        return "v2 " + list[0] + " " + string.Join(',', byLevel.Select(pair => pair.Key + "=" + pair.Value)) + " " + box.Show() + " " + set.Count;
    }

    public static string FrameworkFeatures(string text)
    {
        var found = Regex.Matches(text, "[0-9]+").Select(match => match.Value);
        var sorted = new SortedDictionary<string, int> { ["b"] = 2, ["a"] = 1 };
        return "v2 " + string.Join(',', found) + " " + string.Join('<', sorted.Keys) + " " + BigInteger.Pow(2, 100);
    }

    public static string SwitchOnText(string text) => text switch
    {
        "one" => "v2 1",
        "two" => "v2 2",
        "three" => "v2 3",
        "four" => "v2 4",
        "five" => "v2 5",
        "six" => "v2 6",
        "seven" => "v2 7",
        "eight" => "v2 8",
        _ => "v2 more",
    };

    public static string ArrayData()
    {
        int[] fibonacci = [1, 2, 3, 5, 8, 13, 21, 34];
        return "v2 " + string.Join(',', fibonacci) + System.Text.Encoding.UTF8.GetString(" bytes"u8);
    }

    public static string StaticField() => ++s_added > 0 ? "v2 counted" : "v2 lost";

    public static string StaticReference()
    {
        s_names ??= [];
        if (s_names.Count == 0)
            s_names.Add("kept");
        return "v2 " + s_names[0];
    }

    /// <summary>How often the fixed one was called, as the fix counts it.</summary>
    public static string Count() => "v2 counted " + ++s_count;

    public static string DelegateType(int number)
    {
        Making making = made => "v2 made " + made;
        return making(number);
    }

    public static string Json() => "v2 " + JsonSerializer.Serialize(new AddedDocument { Name = "n", Items = [1, 2] });

    private static string AddedStatic(int number) => "v2 added " + number;

    private static string AddedGeneric<T>(T item) => typeof(T).Name + " " + item;

    private static string Chosen(object item) => "object " + item;

    private static string Chosen(int item) => "int " + item;

    private static IEnumerable<int> Fibonacci(int count)
    {
        (int first, int second) = (0, 1);
        for (int i = 0; i < count; i++)
        {
            yield return first;
            (first, second) = (second, first + second);
        }
    }

    private static async Task<string> AddedAsync(int number)
    {
        var items = new List<string>();
        await foreach (string item in AddedAsyncIterator())
            items.Add(item);
        return "v2 " + number + "+" + await AddedValueAsync(number) + " " + string.Join(',', items);
    }

    private static async ValueTask<int> AddedValueAsync(int number)
    {
        await Task.Yield();
        return number + 1;
    }

    private static async IAsyncEnumerable<string> AddedAsyncIterator()
    {
        await Task.Yield();
        yield return "a";
        await Task.Yield();
        yield return "b";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string AddedInstance(int number) => "v2 added " + (_field + number);

    private sealed class Nested(int first)
    {
        public int More { get; init; }

        public int Sum() => first + More;
    }
}

public sealed record Added(int Number);

public struct AddedStruct
{
    public int Left;
    public int Right;

    public readonly int Sum => Left + Right;
}

public class AddedClass;

public sealed class AddedException(string message) : Exception(message);

public sealed class AddedDocument
{
    public string Name { get; set; }

    public int[] Items { get; set; }
}

public sealed class Cat : Animal, IGreeter, IComparable<int>
{
    public override string Sound => "meow";

    string IGreeter.Name => "cat";

    public override string Visit<T>(T value) => "cat:" + value;

    public int CompareTo(int other) => other > 2 ? 1 : 0;
}
