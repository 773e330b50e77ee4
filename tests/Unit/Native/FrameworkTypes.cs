using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Linking;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Unit.Native.Statics;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>Edits that use more of the framework's types than the baseline does, while objects of these types are in use.</summary>
public class FrameworkTypes
{
    private const string Body = "Work(string line) { Names.Add(line); return \"old \" + Names.Count; }";

    private const string Source = """
        static class Program
        {
            private static readonly List<string> Names = new();
            private static readonly Dictionary<string, string> Last = new();

            static void Main()
            {
                Console.WriteLine(Environment.ProcessId);
                var stop = false;
                // Moves everything that can move, all the time.
                var collector = new Thread(() => { while (!Volatile.Read(ref stop)) GC.Collect(2, GCCollectionMode.Forced, true, true); });
                collector.Start();
                while (Console.ReadLine() is { } line)
                {
                    Last[line] = line;
                    Console.WriteLine(Work(line));
                }
                Volatile.Write(ref stop, true);
                collector.Join();
            }

            [MethodImpl(MethodImplOptions.NoInlining)]
            static string Work(string line) { Names.Add(line); return "old " + Names.Count; }
        }

        struct Place { public int Row; public long Column; }
        """;

    private static readonly Lazy<NativeProgram> Program = new(() => Compile(Body, withLayouts: true));
    private static readonly Lazy<NativeBaseline> Baseline = new(() => NativeDelta.Record(Program.Value));

    // A closure, the generic dictionary of List<T>, and virtual methods of the calendar.
    private const string More = """
        Work(string line)
        {
            Names.Add(line);
            List<string> same = Names.FindAll(n => n.Length == line.Length).GetRange(0, 1);
            same.Reverse();
            same.InsertRange(0, Names);
            bool isDate = DateTime.TryParse(line, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out DateTime date);
            return $"new {same.Count} {same.IndexOf(line)} {Last.ContainsValue(line)} {(isDate ? date.Day : 0)}";
        }
        """;

    private const string Array = """
        Work(string line) { var places = new Place[line.Length]; places[^1].Column = Names.Count; return $"array {places.Length} {places[^1].Column}"; }
        """;

    [Fact]
    public void Serve_objects_that_the_baseline_made_and_go_back()
    {
        using var process = new PatchedProcess(Program.Value);
        Assert.Equal("old 1", process.Ask("a"));
        Assert.Equal("old 2", process.Ask("b"));
        process.Apply(Image(More), "1");
        Assert.Equal("new 4 2 True 0", process.Ask("c"));
        Assert.Equal("new 5 3 True 17", process.Ask("2024-05-17"));
        process.Apply(Image(Array), "2");
        Assert.Equal("array 3 4", process.Ask("abc"));
        process.Engine.Rollback();
        Assert.Equal("old 5", process.Ask("d"));
        process.Apply(Image(More), "1");
        for (int i = 0; i < 200; i++)
            Assert.StartsWith("new ", process.Ask("n" + i), StringComparison.Ordinal);
        process.Engine.Rollback();
        Assert.Equal("old 206", process.Ask("e"));
        process.AssertEndsWell();
    }

    [Fact]
    public void Are_refused_where_the_tables_have_no_room()
    {
        NativeBaseline baseline = NativeDelta.Record(Compile(Body, withLayouts: false));
        NativeDeltaResult result = NativeDelta.MakeDirectly(baseline, Compile(More, withLayouts: false));
        Assert.Null(result.Image);
        Assert.NotEmpty(result.Refusals.Select(r => r.Id).Intersect(["HPB2310", "HPB2311", "HPB2318"]));
    }

    [Fact]
    public void Over_reference_types_share_their_form()
    {
        IlcObject @object = Program.Value.Read();
        var forms = new GenericForms(@object);
        string? strings = Form("List_1<String>"), objects = Form("List_1<Object>"), mapped = Form("Dictionary_2<String__String>"), counted = Form("Dictionary_2<Object__Int32>");
        Assert.NotNull(strings);
        Assert.Equal(strings, objects);
        Assert.NotEqual(mapped, counted);
        Assert.NotNull(mapped);
        Assert.NotNull(counted);
        Assert.Null(Form("String"));
        Assert.All(@object.Nodes.Values.Where(n => n.Kind == IlcNodeKind.ConstructedType && n.Name.EndsWith("_1<Int32>", StringComparison.Ordinal)), n => Assert.Null(forms.SharedFormOf(n.Name)));

        string? Form(string type) => forms.SharedFormOf(@object.Nodes.Values.First(n =>
            n.Kind == IlcNodeKind.ConstructedType && (n.Name.EndsWith("_Generic_" + type, StringComparison.Ordinal) || n.Name == "_ZTV6" + type)).Name);
    }

    private static NativePatchImage Image(string body)
    {
        NativeDeltaResult result = NativeDelta.MakeDirectly(Baseline.Value, Compile(body, withLayouts: true));
        return result.Image ?? throw new InvalidOperationException(string.Join('\n', result.Refusals));
    }

    private static NativeProgram Compile(string body, bool withLayouts)
    {
        Assert.Contains(Body, Source, StringComparison.Ordinal);
        var program = ("/src/Program.cs", Source.Replace(Body, body, StringComparison.Ordinal));
        return NativeProgram.Of(withLayouts ? [program, NativeProgram.ReservedStatics, NativeProgram.FrameworkLayouts] : [program, NativeProgram.ReservedStatics], NativeProgram.PackageFlags);
    }
}
