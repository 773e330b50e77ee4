using System.Runtime.CompilerServices;

namespace NativeSample;

public interface IShape
{
    double Area { get; }

    string Describe() => $"{GetType().Name} {Area:0.00}";
}

public sealed record Circle(double Radius) : IShape
{
    public double Area => Math.PI * Radius * Radius;
}

public sealed record Square(double Side) : IShape
{
    public double Area => Side * Side;

    public string Describe() => $"square of {Side}";
}

public abstract class Animal
{
    public abstract string Sound();

    public virtual int Legs => 4;
}

public sealed class Bird : Animal
{
    public override string Sound() => "tweet";

    public override int Legs => 2;
}

public sealed class Dog : Animal
{
    public override string Sound() => "woof";
}

public sealed class Box<T>(T value) where T : notnull
{
    private static int s_made;

    public T Value { get; } = value;

    public static int Made => s_made;

    public Box<TOther> Map<TOther>(Func<T, TOther> convert) where TOther : notnull
    {
        s_made++;
        return new Box<TOther>(convert(Value));
    }

    public string Name<TTag>() => $"{typeof(T).Name}/{typeof(TTag).Name}";

    public override string ToString() => $"[{Value}]";
}

public static class Lookup
{
    // A static constructor with something to do at run time.
    private static readonly Dictionary<string, int> s_prices = Load();

    [ThreadStatic]
    private static int t_calls;

    public static int Calls => t_calls;

    public static int PriceOf(string name)
    {
        t_calls++;
        return s_prices.TryGetValue(name, out int price) ? price : throw new KeyNotFoundException($"no price for {name}");
    }

    private static Dictionary<string, int> Load()
    {
        Dictionary<string, int> prices = [];
        foreach (string pair in Environment.GetEnvironmentVariable("SAMPLE_PRICES")?.Split(',') ?? ["tea=3", "cake=5"])
            prices.Add(pair.Split('=')[0], int.Parse(pair.Split('=')[1]));
        return prices;
    }
}

public static class Program
{
    private static readonly Lock s_lock = new();
    private static long s_total;

    public static async Task<int> Main(string[] args)
    {
        IShape[] shapes = [new Circle(1), new Square(2)];
        Console.WriteLine(string.Join("; ", shapes.Select(s => s.Describe())));
        Animal[] animals = [new Bird(), new Dog()];
        Console.WriteLine(string.Join(' ', animals.OrderBy(a => a.Legs).Select(a => a.Sound() + a.Legs)));
        var box = new Box<int>(args.Length + 20).Map(n => $"n{n}").Map(s => s.Length * 1.5);
        Console.WriteLine($"{box} {Box<int>.Made} {Box<string>.Made} {box.Name<string>()} {new Box<string>("x").Name<List<int>>()}");
        Console.WriteLine($"{Lookup.PriceOf("tea")} {Classify("cake")} {Lookup.Calls}");
        Console.WriteLine(string.Join(',', Enumerable.Range(0, 9).Select(Operation)));
        Console.WriteLine(Guarded("milk") + Guarded("tea"));
        Console.WriteLine(await SumAsync(4));
        int[] parts = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Work(i))));
        Console.WriteLine($"{parts.Sum()} {s_total}");
        foreach (int n in Countdown(3))
            Console.Write(n);
        Console.WriteLine();
        return 0;
    }

    public static string Classify(string name) => name switch
    {
        "tea" or "coffee" => "drink",
        "cake" => "food",
        _ => "other",
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Operation(int code)
    {
        switch (code)
        {
            case 0: return s_lock.IsHeldByCurrentThread ? 1 : 7;
            case 1: return Environment.ProcessorCount > 0 ? 11 : 12;
            case 2: return code * 3;
            case 3: return Lookup.PriceOf("cake");
            case 4: return Classify("tea").Length;
            case 5: return new Dog().Legs;
            case 6: return code << 2;
            default: return -code;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Guarded(string name)
    {
        try
        {
            return $"<{Lookup.PriceOf(name)}>";
        }
        catch (KeyNotFoundException e) when (e.Message.Contains(name, StringComparison.Ordinal))
        {
            return "<none>";
        }
        finally
        {
            lock (s_lock)
                s_total++;
        }
    }

    public static async Task<int> SumAsync(int n)
    {
        int sum = 0;
        for (int i = 0; i < n; i++)
        {
            await Task.Yield();
            sum += await Square(i);
        }
        return sum;

        static async Task<int> Square(int i)
        {
            await Task.Delay(1);
            return i * i;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Work(int seed)
    {
        int value = seed;
        for (int i = 0; i < 1000; i++)
            value = unchecked((value * 31) + i) & 0xff;
        lock (s_lock)
            s_total += 10;
        return seed + (value & 0);
    }

    private static IEnumerable<int> Countdown(int from)
    {
        while (from > 0)
            yield return from--;
    }
}
