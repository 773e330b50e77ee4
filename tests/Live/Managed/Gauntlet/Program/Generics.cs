namespace Gauntlet;

public class Box<T>(T item)
{
    private readonly T _item = item;

    public string Show() => "v1 " + _item;

    public static string Kind() => "v1 " + typeof(T).Name;

    public string With<TOther>(TOther other) => "v1 " + _item + "&" + other;

    public virtual string Wrapped<TOther>(TOther other) => "v1 " + typeof(T).Name + "+" + typeof(TOther).Name + ":" + other;

    public string Captured(T other)
    {
        Func<string> later = () => "v1 " + _item + other;
        return later();
    }

    public IEnumerable<string> Each()
    {
        yield return "v1 " + _item;
        yield return typeof(T).Name;
    }

    public async Task<string> LaterAsync<TOther>(TOther other)
    {
        await Task.Yield();
        return "v1 " + _item + other;
    }

    public sealed class Inner<TInner>(TInner inner)
    {
        public string Show(T outer) => "v1 " + outer + inner;
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
        return "v1 " + old + "->" + _first + _second;
    }
}

public static class GenericMethods
{
    public static string Describe<T>(T item) where T : notnull => "v1 " + typeof(T).Name + " " + item;

    public static string Larger<T>(T left, T right) where T : IComparable<T> => "v1 " + (left.CompareTo(right) > 0 ? left : right);

    public static string Size<T>() where T : unmanaged
    {
        unsafe
        {
            return "v1 " + sizeof(T);
        }
    }

    public static string Made<T>() where T : class, new() => "v1 " + new T().GetType().Name;

    public static string Parsed<T>(string text) where T : IParser<T> => "v1 parsed " + T.Parse(text);

    public static string Defaulted<T>() where T : IParser<T> => T.Default();

    public static string Constrained<T>(ref T mover) where T : IMover => mover.Move(1);

    public static string Local<T>(T item)
    {
        return Inner(2);

        string Inner<TNumber>(TNumber number) => "v1 " + item + number;
    }
}
