using System.Runtime.CompilerServices;

namespace Gauntlet;

/// <summary>Members of every kind of a class.</summary>
public class Counter
{
    private readonly List<string> _heard = [];
    private int _value;
    private string _text = "";

    public Counter(int start)
    {
        int begin = start + 1;
        _value = begin;
        Made = "v2 from " + begin;
    }

    public event Action<string> Changed
    {
        add
        {
            foreach (Delegate part in value.GetInvocationList())
                _heard.Add("v2 added " + part.Method.GetParameters()[0].ParameterType.Name);
        }
        remove => _heard.Add("v2 removed " + _heard.Count.GetType().Name);
    }

    public string Made { get; }

    public string Property => "v2 <" + _value + ">";

    public string Text
    {
        get => _text;
        set => _text = "v2 " + value + (value.Length > 0 ? "!" : "");
    }

    public string Heard => string.Join(',', _heard);

    public string this[int index]
    {
        get => "v2 at " + index + ":" + _text + "?";
        set => _text = "v2 " + index + "=" + value;
    }

    public static string operator +(Counter left, Counter right) => "v2 " + left._value * right._value;

    public static explicit operator string(Counter counter) => "v2 converted " + (counter._value + 1);

    public static string Static(int number) => "v2 static " + (number + 1);

    public string Instance(int number) => "v2 instance " + (_value - number);

    public string CallHidden(int number) => Hidden(number);

    public void Out(in int given, ref int both, out string result)
    {
        both += given;
        both += 2;
        result = "v2 " + both;
    }

    public ref int Reference() => ref _value;

    [MethodImpl(MethodImplOptions.Synchronized)]
    public string Synchronized() => "v2 synchronized " + _value * 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public string AlwaysInlined() => "v2 inlined " + _value * 2;

    public string Optional(int first, int second = 4, params int[] others) => "v2 " + (first * second - others.Length);

    private string Hidden(int number) => "v2 hidden " + (_value + number);
}

public sealed class Dropped(int value)
{
    private readonly int _value = value;

    ~Dropped() => Finalized.Last = "v2 finalized " + _value * 10;
}

public static class Finalized
{
    public static volatile string Last = "";
}

public interface IMover
{
    string Move(int by);
}

public struct Point(int x) : IMover
{
    private int _x = x;

    public readonly string Where => "v2 at <" + _x + ">";

    public string Move(int by)
    {
        int twice = 2 * by;
        _x += twice;
        return "v2 moved to " + _x;
    }

    public override readonly string ToString() => "v2 [" + _x + "]";
}

public readonly struct Money(int cents)
{
    private readonly int _cents = cents;

    public string Text => "v2 0." + _cents;

    public static string operator -(Money money) => "v2 minus " + (money._cents + 1);

    public static bool operator ==(Money left, Money right) => left._cents == right._cents;

    public static bool operator !=(Money left, Money right) => left._cents != right._cents;

    public override bool Equals(object other) => other is Money money && money == this;

    public override int GetHashCode() => _cents;
}

public ref struct Cursor(Span<char> characters)
{
    private readonly Span<char> _characters = characters;
    private int _at;

    public string Next()
    {
        int at = _at++;
        char next = _characters[at == 0 ? 0 : at + 1];
        return "v2 next " + next;
    }
}

public record Person(string Name, int Age)
{
    public string Greeting => "v2 good day " + Name;

    public override string ToString() => "v2 " + Age + " " + Name;
}

public record Employee(string Name, int Age, string Work) : Person(Name, Age)
{
    public string Describe() => "v2 " + Work + " of " + base.Greeting;
}

public readonly record struct Place(int Row, int Column)
{
    public string Text() => "v2 " + Column + "/" + Row;
}

public static class Extensions
{
    public static string Twice(this string text) => "v2 " + text + "+" + text;

    extension(string text)
    {
        public string Thrice => "v2 3" + text;
    }
}

public interface IGreeter
{
    string Name { get; }

    string Greet() => "v2 good day " + Name;

    static string Static() => "v2 of an interface";
}

public sealed class English : IGreeter
{
    public string Name => "world";
}

public struct Short : IGreeter
{
    public readonly string Name => "w";
}

public interface IParser<TSelf> where TSelf : IParser<TSelf>
{
    static abstract string Parse(string text);

    static virtual string Default() => "v2 other default";
}

public sealed class NumberParser : IParser<NumberParser>
{
    public static string Parse(string text) => "v2 number [" + text + "]";
}

public struct DateParser : IParser<DateParser>
{
    public static string Parse(string text) => "v2 date [" + text + "]";
}

public sealed class Formatter : IFormatProvider, ICustomFormatter
{
    object IFormatProvider.GetFormat(Type type) => type == typeof(ICustomFormatter) ? this : null;

    string ICustomFormatter.Format(string format, object argument, IFormatProvider provider) => "v2 [" + argument + "]";
}

public abstract class Animal
{
    public abstract string Sound { get; }

    public virtual string Name() => "v2 some animal";

    public virtual Task<string> NameAsync() => Task.FromResult("animal");

    public virtual string Visit<T>(T value) => "v2 animal:" + value;
}

public class Dog : Animal
{
    public override string Sound => "v2 loud woof";

    public override string Name() => "v2 the dog, " + base.Name();

    public override async Task<string> NameAsync()
    {
        await Task.Yield();
        return "v2 the dog, " + await base.NameAsync();
    }

    public override string Visit<T>(T value) => "v2 the dog:" + value + ":" + typeof(T).Name;
}

public sealed class Puppy : Dog
{
    public override string Name() => "v2 the puppy, " + base.Name();
}

/// <summary>A class with an operator that only new C# has: a compound assignment of its own.</summary>
public sealed class Total
{
    private int _sum;

    public string Text => "v2 total " + _sum;

    public void operator +=(int number) => _sum += 2 * number;
}
