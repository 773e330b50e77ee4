using System.Collections;

namespace Gauntlet;

/// <summary>Methods whose fix needs what the program does not have yet.</summary>
public partial class Adding
{
    private readonly int _field = 6;

    public static string StaticMethod(int number) => "v1 " + number;

    public string InstanceMethod(int number) => "v1 " + (_field + number);

    public static string GenericMethod(int number) => "v1 " + number;

    public static string Overload(int number) => "v1 " + Chosen((object)number);

    public static string Property() => "v1";

    public static string Library(int number) => "v1 " + number;

    public static async Task<string> LibraryLater(int number)
    {
        await Task.Yield();
        return "v1 " + number;
    }

    public static string NestedType() => "v1";

    public static string TopLevelTypes() => "v1";

    public static string Inheritance() => "v1 " + new Dog().Sound;

    public static string Interfaces(IList list) => "v1 " + list.Count;

    public static string Thrown() => "v1";

    public static string Closure(int number) => "v1 " + number;

    public string ThisClosure(int number) => "v1 " + (_field + number);

    public static string ManyClosures(int[] numbers) => "v1 " + numbers.Length;

    public static string LocalFunctions(int number) => "v1 " + number;

    public static string Iterating() => "v1";

    public static Task<string> Awaiting(int number) => Task.FromResult("v1 " + number);

    public static async Task<string> AwaitingMore(int number)
    {
        await Task.Yield();
        return "v1 " + number;
    }

    public static string Instantiations() => "v1";

    public static string FrameworkFeatures(string text) => "v1 " + text;

    public static string SwitchOnText(string text) => "v1 " + text;

    public static string ArrayData() => "v1";

    public static string StaticField() => "v1";

    public static string StaticReference() => "v1";

    /// <summary>How often the fixed one was called, as the fix counts it.</summary>
    public static string Count() => "v1 not counted";

    public static string DelegateType(int number) => "v1 " + number;

    public static string Json() => "v1";

    private static string Chosen(object item) => "object " + item;
}
