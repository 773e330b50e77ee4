using System.Runtime.CompilerServices;

namespace NativeSample.Extra;

public interface INamed
{
    string Name { get; }

    string Tag<T>(T value);
}

public sealed class Plain : INamed
{
    string INamed.Name => "plain";

    string INamed.Tag<T>(T value) => typeof(T).Name + value;
}

public class Overloads
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Sum(int a) => a + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Sum(string a) => a.Length + 2;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Sum(int a, int b) => a * b;

    public virtual string Kind => "overloads";

    public class Nested
    {
        public sealed class Deeper<T>
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            public int Sum(T value, int a) => Equals(value, default(T)) ? a : a - 1;
        }
    }
}

public sealed class Counter
{
    public int Count;
    public static int Made;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Next() => ++Count;
}

public static class Shared
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Describe<T>(T value) => $"<{value}>";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Length<T>(List<T> list) where T : class => list.Count;
}

public static class Use
{
    public static Func<int, int> Doubled(int by) => n => (n * 2) + by;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Run(INamed named)
    {
        int n = Overloads.Sum(1) + Overloads.Sum("a") + Overloads.Sum(2, 3);
        n += new Overloads.Nested.Deeper<string>().Sum("x", n) + new Overloads.Nested.Deeper<int>().Sum(4, n);
        n += new Counter().Next() + Shared.Length(new List<string>()) + Shared.Length(new List<Plain>());
        return named.Name + named.Tag(n) + Shared.Describe("s") + Shared.Describe(n) + Doubled(3)(n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Other(int n) => n - Overloads.Sum(n);

    public static string Start() => Run(new Plain()) + Other(3);
}
