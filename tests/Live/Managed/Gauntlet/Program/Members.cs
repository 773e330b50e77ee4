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
        _value = start;
        Made = "v1 from " + start;
    }

    public event Action<string> Changed
    {
        add => _heard.Add("v1 added " + value.Method.ReturnType.Name);
        remove => _heard.Add("v1 removed");
    }

    public string Made { get; }

    public string Property => "v1 " + _value;

    public string Text
    {
        get => _text;
        set => _text = "v1 " + value;
    }

    public string Heard => string.Join(',', _heard);

    public string this[int index]
    {
        get => "v1 at " + index + ":" + _text;
        set => _text = "v1 " + index + "=" + value;
    }

    public static string operator +(Counter left, Counter right) => "v1 " + (left._value + right._value);

    public static explicit operator string(Counter counter) => "v1 converted " + counter._value;

    public static string Static(int number) => "v1 static " + number;

    public string Instance(int number) => "v1 instance " + (_value + number);

    public string CallHidden(int number) => Hidden(number);

    public void Out(in int given, ref int both, out string result)
    {
        both += given;
        result = "v1 " + both;
    }

    public ref int Reference() => ref _value;

    [MethodImpl(MethodImplOptions.Synchronized)]
    public string Synchronized() => "v1 synchronized " + _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public string AlwaysInlined() => "v1 inlined " + _value;

    public string Optional(int first, int second = 4, params int[] others) => "v1 " + (first + second + others.Length);

    private string Hidden(int number) => "v1 hidden " + (_value - number);
}

public sealed class Dropped(int value)
{
    private readonly int _value = value;

    ~Dropped() => Finalized.Last = "v1 finalized " + _value;
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

    public readonly string Where => "v1 at " + _x;

    public string Move(int by)
    {
        _x += by;
        return "v1 moved to " + _x;
    }

    public override readonly string ToString() => "v1 (" + _x + ")";
}

public readonly struct Money(int cents)
{
    private readonly int _cents = cents;

    public string Text => "v1 " + _cents + "c";

    public static string operator -(Money money) => "v1 minus " + money._cents;

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
        char next = _characters[_at++];
        return "v1 next " + next;
    }
}

public record Person(string Name, int Age)
{
    public string Greeting => "v1 hello " + Name;

    public override string ToString() => "v1 " + Name + " " + Age;
}

public record Employee(string Name, int Age, string Work) : Person(Name, Age)
{
    public string Describe() => "v1 " + Work + " by " + base.Greeting;
}

public readonly record struct Place(int Row, int Column)
{
    public string Text() => "v1 " + Row + "/" + Column;
}

public static class Extensions
{
    public static string Twice(this string text) => "v1 " + text + text;

    extension(string text)
    {
        public string Thrice => "v1 " + text + text + text;
    }
}

public interface IGreeter
{
    string Name { get; }

    string Greet() => "v1 hello " + Name;

    static string Static() => "v1 of the interface";
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

    static virtual string Default() => "v1 default";
}

public sealed class NumberParser : IParser<NumberParser>
{
    public static string Parse(string text) => "v1 number " + text;
}

public struct DateParser : IParser<DateParser>
{
    public static string Parse(string text) => "v1 date " + text;
}

public sealed class Formatter : IFormatProvider, ICustomFormatter
{
    object IFormatProvider.GetFormat(Type type) => type == typeof(ICustomFormatter) ? this : null;

    string ICustomFormatter.Format(string format, object argument, IFormatProvider provider) => "v1 <" + argument + ">";
}

public abstract class Animal
{
    public abstract string Sound { get; }

    public virtual string Name() => "v1 animal";

    public virtual Task<string> NameAsync() => Task.FromResult("animal");

    public virtual string Visit<T>(T value) => "v1 animal:" + value;
}

public class Dog : Animal
{
    public override string Sound => "v1 woof";

    public override string Name() => "v1 dog, " + base.Name();

    public override async Task<string> NameAsync()
    {
        await Task.Yield();
        return "v1 dog, " + await base.NameAsync();
    }

    public override string Visit<T>(T value) => "v1 dog:" + typeof(T).Name + ":" + value;
}

public sealed class Puppy : Dog
{
    public override string Name() => "v1 puppy, " + base.Name();
}

/// <summary>A class with an operator that only new C# has: a compound assignment of its own.</summary>
public sealed class Total
{
    private int _sum;

    public string Text => "v1 total " + _sum;

    public void operator +=(int number) => _sum += number;
}
