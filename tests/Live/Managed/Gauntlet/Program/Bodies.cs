using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Gauntlet;

/// <summary>Bodies that the compiler turns into more than one method.</summary>
public class Bodies
{
    private readonly int _field = 3;
    private readonly Func<int, string> _initialised = number => "v1 initialised " + number;

    public Func<int, string> Initialised => _initialised;

    public static string StaticLocal(int number)
    {
        return Local(number);

        static string Local(int number) => "v1 local " + number;
    }

    public static string CapturingLocal(int number)
    {
        int kept = number * 2;
        return Local(1) + Local(2);

        string Local(int more)
        {
            kept += more;
            return "v1 local " + kept + ";";
        }
    }

    public static string RecursiveLocal(int number)
    {
        return Local(number);

        string Local(int left) => left == 0 ? "v1" : Local(left - 1) + ".";
    }

    public string InstanceLocal(int number)
    {
        return Local();

        string Local() => "v1 local " + (_field + number);
    }

    public static Func<int, string> NoCapture() => number => "v1 lambda " + number;

    public static Func<int, string> LocalCapture(int kept) => number => "v1 lambda " + (kept + number);

    public static Func<int, string> Nested(int outer)
    {
        int first = outer + 1;
        return number =>
        {
            int second = first + number;
            Func<string> inner = () => "v1 nested " + (first + second);
            return inner();
        };
    }

    public static Func<int, string> Loop()
    {
        Func<int, string> last = null;
        for (int i = 0; i < 3; i++)
        {
            int own = i;
            last = number => "v1 loop " + (own + number);
        }
        return last;
    }

    public static Func<int, string> Counting()
    {
        int calls = 0;
        return number =>
        {
            calls += number;
            return "v1 counting " + (calls > 0);
        };
    }

    public static Func<int, Task<string>> AsyncLambda(int kept) => async number =>
    {
        await Task.Yield();
        return "v1 async lambda " + (kept + number);
    };

    public static Func<TItem, string> GenericLambda<TItem>(TItem kept) => item => "v1 generic " + kept + item;

    public static string Query(int[] numbers) => "v1 " + string.Join(',', from number in numbers where number % 2 == 1 select number * 2);

    public static string MethodGroup(int[] numbers) => string.Join(',', numbers.Select(Counter.Static));

    public Func<int, string> ThisCapture() => number => "v1 lambda " + (_field + number);

    public Func<int, string> ThisAndLocalCapture(int kept) => number => "v1 lambda " + (_field + kept + number);

    public static IEnumerable<string> Iterator(int count)
    {
        for (int i = 0; i < count; i++)
            yield return "v1 item " + i;
    }

    public IEnumerator<string> InstanceIterator()
    {
        try
        {
            yield return "v1 " + _field;
            yield return "more";
        }
        finally
        {
            Finished = "v1 finished";
        }
    }

    public static string Finished { get; private set; } = "";

    public static async Task<string> Async(int number)
    {
        await Task.Yield();
        int sum = number;
        await Task.Yield();
        return "v1 async " + sum;
    }

    public static async ValueTask<string> AsyncValue(Task<int> source)
    {
        try
        {
            return "v1 value " + await source;
        }
        catch (FormatException problem)
        {
            await Task.Yield();
            return "v1 caught " + problem.Message;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<string> Pooled(int number)
    {
        await Task.Yield();
        return "v1 pooled " + number;
    }

    public async Task<string> AsyncInstance(int number)
    {
        await Task.Yield();
        return "v1 async " + (_field + number);
    }

    public static async IAsyncEnumerable<string> AsyncIterator(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return "v1 async item " + i;
        }
    }

    public static string Filtered(string message)
    {
        try
        {
            throw new FormatException(message);
        }
        catch (FormatException problem) when (problem.Message.Length > 3)
        {
            return "v1 long";
        }
        catch (FormatException problem)
        {
            return "v1 short " + problem.Message;
        }
        finally
        {
            Finished = "v1 filtered";
        }
    }

    public static string Nested(int[] items, int index)
    {
        try
        {
            try
            {
                return "v1 " + items[index];
            }
            finally
            {
                items[0]++;
            }
        }
        catch (IndexOutOfRangeException)
        {
            return "v1 outside";
        }
    }

    public static unsafe string Stackalloc(int number)
    {
        Span<int> numbers = stackalloc int[4];
        numbers[2] = number;
        int* more = stackalloc int[] { 1, 2, 3 };
        return "v1 " + (numbers[2] + more[1]);
    }

    public static unsafe string Pointers(int[] numbers)
    {
        fixed (int* first = numbers)
            return "v1 " + (*first + *(first + 1));
    }

    public static string Native(string text) => "v1 length " + Length(text);

    public static unsafe string Sorted(int[] numbers)
    {
        fixed (int* first = numbers)
            QuickSort(first, (nuint)numbers.Length, sizeof(int), &Compare);
        return string.Join(',', numbers) + Compared;
    }

    public static volatile string Compared = "";

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int Compare(void* left, void* right)
    {
        Compared = "v1";
        return *(int*)left - *(int*)right;
    }

    public static string Switched(string word) => word switch
    {
        "one" => "v1 1",
        "two" => "v1 2",
        "three" => "v1 3",
        "four" => "v1 4",
        _ => "v1 many",
    };

    public static string Numbered(int number)
    {
        switch (number)
        {
            case 0: return "v1 zero";
            case 1: return "v1 one";
            case 2: return "v1 two";
            default: return "v1 many";
        }
    }

    public static string Patterns(object item) => item switch
    {
        int and > 5 => "v1 large",
        string { Length: > 2 } text => "v1 text " + text,
        int[] and [1, ..] => "v1 list",
        _ => "v1 other",
    };

    public static string Interpolated(int number, DateTime day) => string.Create(CultureInfo.InvariantCulture, $"v1 {number:000} {day:yyyy-MM-dd}");

    public static string Tuples(int number)
    {
        (int sum, string text) = (number + 1, "t");
        (int, string) swapped = (sum, text);
        return "v1 " + swapped;
    }

    public static string Arrays()
    {
        int[] primes = [2, 3, 5, 7];
        ReadOnlySpan<byte> text = "v1 utf8"u8;
        return Encoding.UTF8.GetString(text) + primes[^1];
    }

    public static string Locked(object gate)
    {
        lock (gate)
            return "v1 locked " + Monitor.IsEntered(gate);
    }

    public static string Checked(int number)
    {
        try
        {
            return "v1 " + checked(number * 2);
        }
        catch (OverflowException)
        {
            return "v1 overflow";
        }
    }

    public static string Threaded() => "v1 " + (++s_ofThisThread > 0);

    public static string With(Person person) => "v1 " + (person with { Age = person.Age + 1 }).Age;

    public static string Traced()
    {
        try
        {
            Throwing();
            return "";
        }
        catch (InvalidOperationException problem)
        {
            return problem.Message + (problem.StackTrace.Contains("Throwing", StringComparison.Ordinal) ? " in Throwing" : problem.StackTrace);
        }
    }

    [ThreadStatic]
    private static int s_ofThisThread;

    private static void Throwing() => throw new InvalidOperationException("v1 thrown");

    [DllImport("libc", EntryPoint = "strlen", CharSet = CharSet.Ansi)]
    private static extern nint Length(string text);

    [DllImport("libc", EntryPoint = "qsort")]
    private static extern unsafe void QuickSort(void* items, nuint count, nuint size, delegate* unmanaged[Cdecl]<void*, void*, int> compare);
}
