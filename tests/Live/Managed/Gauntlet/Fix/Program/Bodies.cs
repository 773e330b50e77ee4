using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Gauntlet;

/// <summary>Bodies that the compiler turns into more than one method.</summary>
public class Bodies
{
    private readonly int _field = 3;
    private readonly Func<int, string> _initialised = number => "v2 initialised " + (number + 1);

    public Func<int, string> Initialised => _initialised;

    public static string StaticLocal(int number)
    {
        return Local(number);

        static string Local(int number) => "v2 local " + (number + 1);
    }

    public static string CapturingLocal(int number)
    {
        int kept = number * 2;
        return Local(1) + Local(2);

        string Local(int more)
        {
            string answer = "v2 local " + kept + ";";
            kept += 2 * more;
            return answer;
        }
    }

    public static string RecursiveLocal(int number)
    {
        return Local(number);

        string Local(int left) => left == 0 ? "v2" : Local(left - 1) + "!";
    }

    public string InstanceLocal(int number)
    {
        return Local();

        string Local() => "v2 local " + _field * number;
    }

    public static Func<int, string> NoCapture() => number => "v2 lambda " + (number + 1);

    public static Func<int, string> LocalCapture(int kept) => number => "v2 lambda " + kept * number;

    public static Func<int, string> Nested(int outer)
    {
        int first = outer + 1;
        return number =>
        {
            int second = first + number;
            Func<string> inner = () => "v2 nested " + first * second;
            return inner();
        };
    }

    public static Func<int, string> Loop()
    {
        Func<int, string> last = null;
        for (int i = 0; i < 3; i++)
        {
            int own = i;
            last = number => "v2 loop " + own * number;
        }
        return last;
    }

    public static Func<int, string> Counting()
    {
        int calls = 0;
        return number =>
        {
            calls += number;
            return "v2 counting " + (calls > 0 ? "positive" : "else");
        };
    }

    public static Func<int, Task<string>> AsyncLambda(int kept) => async number =>
    {
        await Task.Yield();
        return "v2 async lambda " + kept * number;
    };

    public static Func<TItem, string> GenericLambda<TItem>(TItem kept) => item => "v2 generic " + item + "," + kept;

    public static string Query(int[] numbers) => "v2 " + string.Join(',', from number in numbers where number % 2 == 1 select number * 10);

    public static string MethodGroup(int[] numbers) => string.Join(';', numbers.Select(Counter.Static));

    public Func<int, string> ThisCapture() => number => "v2 lambda " + _field * number;

    public Func<int, string> ThisAndLocalCapture(int kept) => number => "v2 lambda " + (_field + kept * number);

    public static IEnumerable<string> Iterator(int count)
    {
        for (int i = 0; i < 2 * count; i += 2)
            yield return "v2 item " + i;
    }

    public IEnumerator<string> InstanceIterator()
    {
        try
        {
            yield return "v2 " + (_field + 1);
            yield return "more";
        }
        finally
        {
            Finished = "v2 finished";
        }
    }

    public static string Finished { get; private set; } = "";

    public static async Task<string> Async(int number)
    {
        await Task.Yield();
        int sum = number + 1;
        await Task.Yield();
        return "v2 async " + sum;
    }

    public static async ValueTask<string> AsyncValue(Task<int> source)
    {
        try
        {
            return "v2 value " + 2 * await source;
        }
        catch (FormatException problem)
        {
            await Task.Yield();
            return "v2 caught " + problem.Message + problem.Message;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<string> Pooled(int number)
    {
        await Task.Yield();
        return "v2 pooled " + 2 * number;
    }

    public async Task<string> AsyncInstance(int number)
    {
        await Task.Yield();
        return "v2 async " + _field * number;
    }

    public static async IAsyncEnumerable<string> AsyncIterator(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return "v2 async item " + (i + 1);
        }
    }

    public static string Filtered(string message)
    {
        try
        {
            throw new FormatException(message);
        }
        catch (FormatException problem) when (problem.Message.Length > 2)
        {
            return "v2 very long";
        }
        catch (FormatException problem)
        {
            return "v2 short " + problem.Message;
        }
        finally
        {
            Finished = "v2 filtered";
        }
    }

    public static string Nested(int[] items, int index)
    {
        try
        {
            try
            {
                return "v2 " + items[index - 1];
            }
            finally
            {
                items[0]++;
            }
        }
        catch (IndexOutOfRangeException) when (items.Length < 2)
        {
            return "v2 outside: " + items.Length;
        }
    }

    public static unsafe string Stackalloc(int number)
    {
        Span<int> numbers = stackalloc int[4];
        numbers[2] = number;
        int* more = stackalloc int[] { 1, 2, 3 };
        return "v2 " + (numbers[2] * more[1]);
    }

    public static unsafe string Pointers(int[] numbers)
    {
        fixed (int* first = numbers)
            return "v2 " + *first * *(first + 1);
    }

    public static string Native(string text) => "v2 length " + (Length(text) + Length(text));

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
        Compared = "v2";
        return *(int*)right - *(int*)left;
    }

    public static string Switched(string word) => word switch
    {
        "one" => "v2 1",
        "two" => "v2 2",
        "three" => "v2 iii",
        "four" => "v2 4",
        _ => "v2 many",
    };

    public static string Numbered(int number)
    {
        switch (number)
        {
            case 0: return "v2 zero";
            case 1: return "v2 one";
            case 2: return "v2 II";
            case 3: return "v2 III";
            case 4: return "v2 IV";
            default: return "v2 several";
        }
    }

    public static string Patterns(object item) => item switch
    {
        int and > 5 => "v2 large",
        string { Length: > 2 } text => "v2 text " + text[..2],
        int[] and [1, .. var rest] => "v2 list of " + (rest.Length + 1),
        _ => "v2 other",
    };

    public static string Interpolated(int number, DateTime day) => string.Create(CultureInfo.InvariantCulture, $"v2 {day:yyyy-MM} {number} of {day:dd}");

    public static string Tuples(int number)
    {
        (int sum, string text) = (number + 1, "t");
        (string, int) swapped = (text, sum);
        return "v2 " + swapped;
    }

    public static string Arrays()
    {
        int[] primes = [2, 3, 5, 7, 11, 13];
        ReadOnlySpan<byte> text = "v2 text"u8;
        return Encoding.UTF8.GetString(text) + primes[^1];
    }

    public static string Locked(object gate)
    {
        lock (gate)
            return "v2 locked: " + Monitor.IsEntered(gate);
    }

    public static string Checked(int number)
    {
        try
        {
            return "v2 " + checked(number * 3);
        }
        catch (OverflowException)
        {
            return "v2 overflow";
        }
    }

    public static string Threaded() => "v2 " + (++s_ofThisThread > 0 ? "counted" : "not");

    public static string With(Person person) => "v2 " + (person with { Age = person.Age + 2 }).Age;

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

    private static void Throwing() => throw new InvalidOperationException("v2 thrown");

    [DllImport("libc", EntryPoint = "strlen", CharSet = CharSet.Ansi)]
    private static extern nint Length(string text);

    [DllImport("libc", EntryPoint = "qsort")]
    private static extern unsafe void QuickSort(void* items, nuint count, nuint size, delegate* unmanaged[Cdecl]<void*, void*, int> compare);
}
