namespace Gauntlet;

public class Box<T>(T item)
{
    private readonly T _item = item;

    public string Show() => "v2 <" + _item + ">";

    public static string Kind() => "v2 of " + typeof(T).Name;

    public string With<TOther>(TOther other) => "v2 " + other + "&" + _item;

    public virtual string Wrapped<TOther>(TOther other) => "v2 " + other + ":" + typeof(T).Name + "+" + typeof(TOther).Name;

    public string Captured(T other)
    {
        Func<string> later = () => "v2 " + other + _item;
        return later();
    }

    public IEnumerable<string> Each()
    {
        yield return "v2 <" + _item + ">";
        yield return typeof(T).Name;
    }

    public async Task<string> LaterAsync<TOther>(TOther other)
    {
        await Task.Yield();
        return "v2 " + other + _item;
    }

    public sealed class Inner<TInner>(TInner inner)
    {
        public string Show(T outer) => "v2 " + inner + outer;
    }
}

public struct Pair<TFirst, TSecond>(TFirst first, TSecond second)
{
    private TFirst _first = first;
    private readonly TSecond _second = second;

    public string Replace(TFirst first)
    {
        TFirst old = _first;
        _first = first;
        return "v2 " + old + "=>" + _first + _second;
    }
}

public static class GenericMethods
{
    public static string Describe<T>(T item) where T : notnull => "v2 " + item + ":" + typeof(T).Name;

    public static string Larger<T>(T left, T right) where T : IComparable<T> => "v2 " + (left.CompareTo(right) < 0 ? left : right);

    public static string Size<T>() where T : unmanaged
    {
        unsafe
        {
            return "v2 " + 8 * sizeof(T);
        }
    }

    public static string Made<T>() where T : class, new() => "v2 a " + new T().GetType().Name;

    public static string Parsed<T>(string text) where T : IParser<T> => "v2 parsed " + T.Parse(text);

    public static string Defaulted<T>() where T : IParser<T> => T.Default();

    public static string Constrained<T>(ref T mover) where T : IMover => mover.Move(1);

    public static string Local<T>(T item)
    {
        return Inner(2);

        string Inner<TNumber>(TNumber number) => "v2 " + number + item;
    }
}
