using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Gauntlet.Library;

namespace Gauntlet;

/// <summary>A piece of code that a fix changes, seen through code that no fix changes.</summary>
/// <param name="Old">What it answers in the baseline.</param>
/// <param name="Fixed">What it answers in the second version; the third differs in the number only.</param>
public sealed record Case(string Name, Func<string> Run, string Old, string Fixed)
{
    public string Expected(int version) => version == 1 ? Old : Fixed.Replace("v2", "v" + version, StringComparison.Ordinal);
}

/// <summary>What was made before any patch, and is used from then on.</summary>
public static class Kept
{
    public static readonly Bodies Bodies = new();
    public static readonly Counter Counter = WithFive();
    public static readonly Func<int, string> NoCapture = Bodies.NoCapture();
    public static readonly Func<int, string> LocalCapture = Bodies.LocalCapture(10);
    public static readonly Func<int, string> Nested = Bodies.Nested(10);
    public static readonly Func<int, string> Loop = Bodies.Loop();
    public static readonly Func<int, string> Counting = Bodies.Counting();
    public static readonly Func<int, Task<string>> AsyncLambda = Bodies.AsyncLambda(10);
    public static readonly Func<int, string> GenericOfValue = Bodies.GenericLambda(10);
    public static readonly Func<string, string> GenericOfReference = Bodies.GenericLambda("k");
    public static readonly Func<int, string> ThisCapture = Bodies.ThisCapture();
    public static readonly Func<int, string> ThisAndLocalCapture = Bodies.ThisAndLocalCapture(10);
    public static readonly Func<int, string> StaticMethod = Counter.Static;
    public static readonly Func<int, string> InstanceMethod = Counter.Instance;
    public static readonly Func<Counter, int, string> OpenInstance = typeof(Counter).GetMethod(nameof(Counter.Instance))!.CreateDelegate<Func<Counter, int, string>>();
    public static readonly Func<string> OverriddenMethod = new Dog().Name;
    public static readonly Func<string, string> ExtensionMethod = "x".Add;
    public static readonly Func<int, string> Compiled = Compile();
    public static readonly Func<Invoice, string> CompiledGetter = ((Expression<Func<Invoice, string>>)(invoice => invoice.Text + Small.Leaf())).Compile();
    public static readonly MethodInfo Reflected = typeof(Counter).GetMethod(nameof(Counter.Static))!;
    public static readonly PropertyInfo ReflectedProperty = typeof(Invoice).GetProperty(nameof(Invoice.Text))!;
    public static readonly IGreeter English = new English();
    public static readonly IRule Rule = new OnlyRule();
    public static readonly Animal Dog = new Dog();
    public static readonly Animal Puppy = new Puppy();
    public static readonly object Gate = new();
    public static readonly IPlugin FirstPlugin = PluginContext.Load("first");
    public static readonly IPlugin SecondPlugin = PluginContext.Load("second");
    public static readonly unsafe delegate*<int, string> Pointer = &Counter.Static;

    // Whatever the constructor makes of it: cases ask for the state that was there before a patch.
    private static Counter WithFive()
    {
        var counter = new Counter(5);
        counter.Reference() = 5;
        return counter;
    }

    private static Func<int, string> Compile()
    {
        ParameterExpression number = Expression.Parameter(typeof(int));
        return Expression.Lambda<Func<int, string>>(Expression.Call(typeof(Counter), nameof(Counter.Static), null, number), number).Compile();
    }

    private static string Add(this string text, string more) => text + more.Twice();
}

public static class Cases
{
    private static readonly int[] s_numbers = [3, 4, 5];
    private static readonly DateTime s_day = new(2026, 3, 1);

    /// <summary>Set by top-level statements.</summary>
    public static Func<int, string> TopLevelFunction = number => "";

    /// <summary>Set by top-level statements.</summary>
    public static Func<int, string> TopLevelLambda = number => "";

    public static readonly Case[] All =
    [
        // Fields that are new in classes with objects from before, and in new objects.
        new("added fields", () => KeptBeside.Shelf.Describe(), "v1 1", "v2 1 2 note 1r"),
        new("added fields, new object", () => new Shelf().Describe(), "v1 1", "v2 1 2 note 1r"),
        new("added field in a base class", () => KeptBeside.Wide.Kind(), "v1 wide v1 shelf 1", "v2 wide 42 v2 shelf 41"),
        new("added field of a generic class, value", () => KeptBeside.OfValue.Describe(), "v1 3", "v2 33Int32"),
        new("added field of a generic class, reference", () => KeptBeside.OfReference.Describe() + new Pair<string>("n").Describe(), "v1 sv1 n", "v2 ssStringv2 nnString"),
        new("added fields in copies", () => Beside.Copies(KeptBeside.Shelf), "v1 v1 1", "v2 v2 1 2 n 6r,v2 1 2 n 5r,True"),
        new("added property of a record", () => KeptBeside.Label.Describe() + Beside.With(KeptBeside.Label), "v1 textv1 other", "v2 text7v2 v2 other9,FalseTrue"),
        new("automatic property that becomes a full one", () => KeptBeside.Shelf.Belongs() + new Shelf().Belongs(), "v1 mev1 nobody", "v2 mev2 nobody"),
        new("added virtual members", () => KeptBeside.Shape.Told() + KeptBeside.Ball.Told(), "v1 shapev1 shape", "v2 shape1?v2 ball round shape30"),
        new("added virtual members, delegate and added class", () => Beside.Shapes(KeptBeside.Ball), "v1 v1 shape", "v2 ball round shape7,v2 added round shape20,0"),
        new("added interface members", () => Beside.Sizes(KeptBeside.Ball), "v1 5", "v2 =103*5"),

        // Members of classes.
        new("static method", () => Counter.Static(1), "v1 static 1", "v2 static 2"),
        new("instance method", () => Kept.Counter.Instance(1), "v1 instance 6", "v2 instance 4"),
        new("private method", () => Kept.Counter.CallHidden(1), "v1 hidden 4", "v2 hidden 6"),
        new("constructor", () => new Counter(2).Made, "v1 from 2", "v2 from 3"),
        new("constructor of a new object, field", () => new Counter(2).Property, "v1 2", "v2 <3>"),
        new("property getter", () => Kept.Counter.Property, "v1 5", "v2 <5>"),
        new("property setter", PropertySetter, "v1 set", "v2 set!"),
        new("indexer", Indexer, "v1 at 2:v1 2=x", "v2 at 2:v2 2=x?"),
        new("operator", () => Kept.Counter + Kept.Counter, "v1 10", "v2 25"),
        new("conversion", () => (string)Kept.Counter, "v1 converted 5", "v2 converted 6"),
        new("event accessors", Event, "v1 added Void,v1 removed", "v2 added String,v2 removed Int32"),
        new("finalizer", Finalizer, "v1 finalized 9", "v2 finalized 90"),
        new("in, ref and out parameters", Out, "v1 7 7", "v2 9 9"),
        new("ref return", RefReturn, "5", "5"),
        new("synchronized method", () => Kept.Counter.Synchronized(), "v1 synchronized 5", "v2 synchronized 10"),
        new("always inlined method", () => Kept.Counter.AlwaysInlined(), "v1 inlined 5", "v2 inlined 10"),
        new("optional and params", () => Kept.Counter.Optional(1), "v1 5", "v2 4"),
        new("compound assignment operator", Compound, "v1 total 3", "v2 total 6"),

        // Members of structs and records.
        new("struct method, ref this", StructByRef, "v1 moved to 3;v1 moved to 5;v1 at 5", "v2 moved to 5;v2 moved to 9;v2 at <9>"),
        new("struct method in an array", StructInArray, "v1 moved to 4;v1 at 4", "v2 moved to 7;v2 at <7>"),
        new("boxed struct", StructBoxed, "v1 moved to 4;v1 (4)", "v2 moved to 7;v2 [7]"),
        new("struct method, constrained call", StructConstrained, "v1 moved to 2", "v2 moved to 3"),
        new("readonly struct", () => new Money(5).Text + -new Money(5), "v1 5cv1 minus 5", "v2 0.5v2 minus 6"),
        new("ref struct", RefStruct, "v1 next av1 next b", "v2 next av2 next c"),
        new("record", () => new Person("Ada", 36).Greeting + new Person("Ada", 36), "v1 hello Adav1 Ada 36", "v2 good day Adav2 36 Ada"),
        new("derived record", () => new Employee("Ada", 36, "w").Describe(), "v1 w by v1 hello Ada", "v2 w of v2 good day Ada"),
        new("record struct", () => new Place(1, 2).Text(), "v1 1/2", "v2 2/1"),

        // Extension, interface and overriding members.
        new("extension method", () => "a".Twice(), "v1 aa", "v2 a+a"),
        new("extension property", () => "a".Thrice, "v1 aaa", "v2 3a"),
        new("default interface member of a class", () => Kept.English.Greet(), "v1 hello world", "v2 good day world"),
        new("default interface member of a struct", DefaultOfStruct, "v1 hello w", "v2 good day w"),
        new("static interface member", () => IGreeter.Static(), "v1 of the interface", "v2 of an interface"),
        new("static abstract, class", () => GenericMethods.Parsed<NumberParser>("1"), "v1 parsed v1 number 1", "v2 parsed v2 number [1]"),
        new("static abstract, struct", () => GenericMethods.Parsed<DateParser>("1"), "v1 parsed v1 date 1", "v2 parsed v2 date [1]"),
        new("static virtual", () => GenericMethods.Defaulted<DateParser>(), "v1 default", "v2 other default"),
        new("explicit implementation", () => string.Format(new Formatter(), "{0}", 7), "v1 <7>", "v2 [7]"),
        new("override with base call", () => Kept.Dog.Name(), "v1 dog, v1 animal", "v2 the dog, v2 some animal"),
        new("override of an override", () => Kept.Puppy.Name(), "v1 puppy, v1 dog, v1 animal", "v2 the puppy, v2 the dog, v2 some animal"),
        new("async override with base call", () => Kept.Dog.NameAsync().Result, "v1 dog, animal", "v2 the dog, animal"),
        new("generic virtual method over a value", () => Kept.Dog.Visit(1), "v1 dog:Int32:1", "v2 the dog:1:Int32"),
        new("generic virtual method over a reference", () => Kept.Puppy.Visit("s"), "v1 dog:String:s", "v2 the dog:s:String"),
        new("abstract property", () => Kept.Puppy.Sound, "v1 woof", "v2 loud woof"),

        // Generics.
        new("generic class over a reference", () => new Box<string>("s").Show() + Box<string>.Kind(), "v1 sv1 String", "v2 <s>v2 of String"),
        new("generic class over a value", () => new Box<int>(1).Show() + Box<int>.Kind(), "v1 1v1 Int32", "v2 <1>v2 of Int32"),
        new("generic class over a struct with references", () => new Box<(int, string)>((1, "s")).Show(), "v1 (1, s)", "v2 <(1, s)>"),
        new("generic method of a generic class", () => new Box<string>("s").With(1) + new Box<int>(1).With("s"), "v1 s&1v1 1&s", "v2 1&sv2 s&1"),
        new("generic virtual method of a generic class", () => new Box<string>("s").Wrapped(1) + new Box<string>("s").Wrapped("t"), "v1 String+Int32:1v1 String+String:t", "v2 1:String+Int32v2 t:String+String"),
        new("nested generic class", () => new Box<string>.Inner<int>(1).Show("s") + new Box<int>.Inner<string>("s").Show(1), "v1 s1v1 1s", "v2 1sv2 s1"),
        new("generic struct", GenericStruct, "v1 a->b1v1 a->b1", "v2 a=>b1v2 a=>b1"),
        new("generic method over both", () => GenericMethods.Describe(1) + GenericMethods.Describe("s"), "v1 Int32 1v1 String s", "v2 1:Int32v2 s:String"),
        new("generic method, constrained", () => GenericMethods.Larger(1, 2) + GenericMethods.Larger("a", "b"), "v1 2v1 b", "v2 1v2 a"),
        new("generic method, unmanaged", () => GenericMethods.Size<long>() + GenericMethods.Size<byte>(), "v1 8v1 1", "v2 64v2 8"),
        new("generic method, new()", () => GenericMethods.Made<English>(), "v1 English", "v2 a English"),
        new("generic local function", () => GenericMethods.Local("s") + GenericMethods.Local(1), "v1 s2v1 12", "v2 2sv2 21"),
        new("lambda in a generic class", () => new Box<string>("s").Captured("t") + new Box<int>(1).Captured(2), "v1 stv1 12", "v2 tsv2 21"),
        new("iterator in a generic class", () => string.Join(',', new Box<string>("s").Each()) + string.Join(',', new Box<int>(1).Each()), "v1 s,Stringv1 1,Int32", "v2 <s>,Stringv2 <1>,Int32"),
        new("async method in a generic class", () => new Box<string>("s").LaterAsync(1).Result + new Box<int>(1).LaterAsync("s").Result, "v1 s1v1 1s", "v2 1sv2 s1"),
        new("generic class of the library", () => Sequence<string>.Describe("s") + Sequence<int>.Describe(1), "v1 String sv1 Int32 1", "v2 s of Stringv2 1 of Int32"),

        // Local functions and lambdas.
        new("static local function", () => Bodies.StaticLocal(1), "v1 local 1", "v2 local 2"),
        new("capturing local function", () => Bodies.CapturingLocal(1), "v1 local 3;v1 local 5;", "v2 local 2;v2 local 4;"),
        new("recursive local function", () => Bodies.RecursiveLocal(2), "v1..", "v2!!"),
        new("instance local function", () => Kept.Bodies.InstanceLocal(1), "v1 local 4", "v2 local 3"),
        new("lambda without capture", () => Bodies.NoCapture()(1), "v1 lambda 1", "v2 lambda 2"),
        new("lambda without capture, stored", () => Kept.NoCapture(1), "v1 lambda 1", "v2 lambda 2"),
        new("lambda with a local", () => Bodies.LocalCapture(10)(1), "v1 lambda 11", "v2 lambda 10"),
        new("lambda with a local, stored", () => Kept.LocalCapture(1), "v1 lambda 11", "v2 lambda 10"),
        new("lambda in a lambda", () => Bodies.Nested(10)(1), "v1 nested 23", "v2 nested 132"),
        new("lambda in a lambda, stored", () => Kept.Nested(1), "v1 nested 23", "v2 nested 132"),
        new("lambda with a variable of a loop", () => Bodies.Loop()(1), "v1 loop 3", "v2 loop 2"),
        new("lambda with a variable of a loop, stored", () => Kept.Loop(1), "v1 loop 3", "v2 loop 2"),
        new("lambda with state, stored", () => Kept.Counting(1), "v1 counting True", "v2 counting positive"),
        new("async lambda", () => Bodies.AsyncLambda(10)(1).Result, "v1 async lambda 11", "v2 async lambda 10"),
        new("async lambda, stored", () => Kept.AsyncLambda(1).Result, "v1 async lambda 11", "v2 async lambda 10"),
        new("lambda of a generic method", () => Bodies.GenericLambda(10)(1) + Bodies.GenericLambda("k")("s"), "v1 generic 101v1 generic ks", "v2 generic 1,10v2 generic s,k"),
        new("lambda of a generic method, stored", () => Kept.GenericOfValue(1) + Kept.GenericOfReference("s"), "v1 generic 101v1 generic ks", "v2 generic 1,10v2 generic s,k"),
        new("lambda with this", () => Kept.Bodies.ThisCapture()(1), "v1 lambda 4", "v2 lambda 3"),
        new("lambda with this, stored", () => Kept.ThisCapture(1), "v1 lambda 4", "v2 lambda 3"),
        new("lambda with this and a local", () => Kept.Bodies.ThisAndLocalCapture(10)(1), "v1 lambda 14", "v2 lambda 13"),
        new("lambda with this and a local, stored", () => Kept.ThisAndLocalCapture(1), "v1 lambda 14", "v2 lambda 13"),
        new("lambda of a field initialiser", () => Kept.Bodies.Initialised(1) + new Bodies().Initialised(1), "v1 initialised 1v1 initialised 1", "v2 initialised 2v2 initialised 2"),
        new("query", () => Bodies.Query(s_numbers), "v1 6,10", "v2 30,50"),
        new("method group", () => Bodies.MethodGroup(s_numbers), "v1 static 3,v1 static 4,v1 static 5", "v2 static 4;v2 static 5;v2 static 6"),

        // Iterators, async methods, exceptions, pointers.
        new("iterator", () => string.Join(',', Bodies.Iterator(2)), "v1 item 0,v1 item 1", "v2 item 0,v2 item 2"),
        new("instance iterator with finally", InstanceIterator, "v1 3,more,v1 finished", "v2 4,more,v2 finished"),
        new("async method", () => Bodies.Async(1).Result, "v1 async 1", "v2 async 2"),
        new("async method of an instance", () => Kept.Bodies.AsyncInstance(1).Result, "v1 async 4", "v2 async 3"),
        new("async method with catch", AsyncValue, "v1 value 1v1 caught x", "v2 value 2v2 caught xx"),
        new("async method with a builder of its own", () => Bodies.Pooled(1).AsTask().Result, "v1 pooled 1", "v2 pooled 2"),
        new("async iterator", () => AsyncIterator().Result, "v1 async item 0,v1 async item 1", "v2 async item 1,v2 async item 2"),
        new("exception filter", () => Bodies.Filtered("abc") + Bodies.Filtered("abcd") + Bodies.Finished, "v1 short abcv1 longv1 filtered", "v2 very longv2 very longv2 filtered"),
        new("nested try", () => Bodies.Nested([8, 9], 1) + Bodies.Nested([8], 2), "v1 9v1 outside", "v2 8v2 outside: 1"),
        new("stackalloc", () => Bodies.Stackalloc(5), "v1 7", "v2 10"),
        new("pointers", () => Bodies.Pointers(s_numbers), "v1 7", "v2 12"),
        new("caller of native code", () => Bodies.Native("four"), "v1 length 4", "v2 length 8"),
        new("called by native code", () => Bodies.Sorted([2, 3, 1]), "1,2,3v1", "3,2,1v2"),

        // Statements and expressions that the compiler lowers.
        new("switch on text", () => Bodies.Switched("three") + Bodies.Switched("x"), "v1 3v1 many", "v2 iiiv2 many"),
        new("switch on numbers", () => Bodies.Numbered(2) + Bodies.Numbered(9), "v1 twov1 many", "v2 IIv2 several"),
        new("patterns", () => Bodies.Patterns(6) + Bodies.Patterns("abc") + Bodies.Patterns(new[] { 1, 2 }), "v1 largev1 text abcv1 list", "v2 largev2 text abv2 list of 2"),
        new("interpolation", () => Bodies.Interpolated(5, s_day), "v1 005 2026-03-01", "v2 2026-03 5 of 01"),
        new("tuples", () => Bodies.Tuples(1), "v1 (2, t)", "v2 (t, 2)"),
        new("array and UTF-8 data", () => Bodies.Arrays(), "v1 utf87", "v2 text13"),
        new("lock", () => Bodies.Locked(Kept.Gate), "v1 locked True", "v2 locked: True"),
        new("checked arithmetic", () => Bodies.Checked(5) + Bodies.Checked(int.MaxValue), "v1 10v1 overflow", "v2 15v2 overflow"),
        new("thread-static field", () => Bodies.Threaded(), "v1 True", "v2 counted"),
        new("with", () => Bodies.With(new Person("Ada", 36)), "v1 37", "v2 38"),
        new("stack trace", () => Bodies.Traced(), "v1 thrown in Throwing", "v2 thrown in Throwing"),
        new("top-level local function", () => TopLevelFunction(1), "v1 function 1", "v2 function 2"),
        new("top-level lambda", () => TopLevelLambda(1), "v1 lambda 1 of 1", "v2 lambda 2 of 1"),

        // What the program does not have yet.
        new("added static method", () => Adding.StaticMethod(1), "v1 1", "v2 added 1"),
        new("added instance method", () => new Adding().InstanceMethod(1), "v1 7", "v2 added 7"),
        new("added generic method", () => Adding.GenericMethod(1), "v1 1", "v2 Int32 1 String s"),
        new("added overload", () => Adding.Overload(1), "v1 object 1", "v2 int 1"),
        new("added property", () => Adding.Property(), "v1", "v2 property"),
        new("added method of a library", () => Adding.Library(3), "v1 3", "v2 library 3"),
        new("added type of a library, met later", () => Adding.LibraryLater(3).Result, "v1 3", "v2 library 4, v2 library 3"),
        new("added nested types", () => Adding.NestedType(), "v1", "v2 nested 3 High Nested"),
        new("added top-level types", () => Adding.TopLevelTypes(), "v1", "v2 Added { Number = 1 } 5 AddedClass"),
        new("added class with a base of the program", () => Adding.Inheritance(), "v1 v1 woof", "v2 meow, v2 some animal cat:1"),
        new("added implementation of interfaces", () => Adding.Interfaces(new List<int> { 1, 2 }), "v1 2", "v2 good day cat 2 1"),
        new("added exception", () => Adding.Thrown(), "v1", "v2 AddedException: shown AddedException"),
        new("added closure", () => Adding.Closure(1), "v1 1", "v2 2,3"),
        new("added closure with this", () => new Adding().ThisClosure(1), "v1 7", "v2 8,14"),
        new("added closures, nested", () => Adding.ManyClosures(s_numbers), "v1 3", "v2 7,9;4,5,6;12"),
        new("added local functions", () => Adding.LocalFunctions(4), "v1 4", "v2 24 even"),
        new("added iterators", () => Adding.Iterating(), "v1", "v2 0,1,1,2,3,5"),
        new("added async methods", () => Adding.Awaiting(1).Result, "v1 1", "v2 1+2 a,b"),
        new("added await", () => Adding.AwaitingMore(1).Result, "v1 1", "v2 1+2 lambda 3"),
        new("added generic instantiations", () => Adding.Instantiations(), "v1", "v2 (1, 2) High=1 v2 <Added { Number = 5 }> 2"),
        new("framework features not used before", () => Adding.FrameworkFeatures("b1a22"), "v1 b1a22", "v2 1,22 a<b 1267650600228229401496703205376"),
        new("added switch on text", () => Adding.SwitchOnText("seven"), "v1 seven", "v2 7"),
        new("added array data", () => Adding.ArrayData(), "v1", "v2 1,2,3,5,8,13,21,34 bytes"),
        new("added static field", () => Adding.StaticField(), "v1", "v2 counted"),
        new("added static fields with references", () => Adding.StaticReference(), "v1", "v2 kept"),
        new("added delegate type", () => Adding.DelegateType(1), "v1 1", "v2 made 1"),
        new("added type for JSON", () => Adding.Json(), "v1", """v2 {"Name":"n","Items":[1,2]}"""),

        // Callers that have the code inside them.
        new("inlined", () => Small.Leaf(), "v1", "v2"),
        new("inlined three levels deep", () => Chains.First(), "first second third v1", "first second third v2"),
        new("inlined, generic over both", () => Small.Value(1) + Small.Value("s"), "v11v1s", "v2:1v2:s"),
        new("inlined getter", () => Chains.Level(), "v1 4", "v2 <4>"),
        new("guarded devirtualisation", () => Chains.Guarded(Kept.Rule), "v1 rule 1", "v2 rule 2"),
        new("inlined across assemblies", () => Common.Leaf(), "v1", "v2"),
        new("inlined across assemblies, three levels deep", () => Callers.First(), "first second third v1", "first second third v2"),
        new("internal method of the library", () => Callers.CallInternal(new Entity()), "v1 internal 7", "v2 internal 14"),
        new("virtual method of the library", () => new Entity().Name(), "v1 entity 7", "v2 entity 8"),
        new("struct of the library", LibraryStruct, "v1 105", "v2 1.10"),
        new("method of the library with an added one", () => Common.Rate(10) + Common.Rate(3), "v1 singlev1 single", "v2 bulkv2 single 3"),
        new("plug-in", () => Kept.FirstPlugin.Greet("you"), "v1 hello you", "v2 good day you!"),
        new("plug-in, loaded twice", () => Kept.SecondPlugin.Greet("you"), "v1 hello you", "v2 good day you!"),
        new("plug-in, stored lambda", () => Kept.FirstPlugin.Handler(1) + Kept.SecondPlugin.Handler(1), "v1 handles 1v1 handles 1", "v2 handles 2v2 handles 2"),
        new("library inlined into a plug-in", () => Kept.FirstPlugin.Shared() + Kept.SecondPlugin.Shared(), "first second third v1first second third v1", "first second third v2first second third v2"),

        // Delegates, dynamic code and serializers.
        new("stored delegate, static", () => Kept.StaticMethod(1), "v1 static 1", "v2 static 2"),
        new("stored delegate, instance", () => Kept.InstanceMethod(1), "v1 instance 6", "v2 instance 4"),
        new("stored delegate, open instance", () => Kept.OpenInstance(Kept.Counter, 1), "v1 instance 6", "v2 instance 4"),
        new("stored delegate, virtual", () => Kept.OverriddenMethod(), "v1 dog, v1 animal", "v2 the dog, v2 some animal"),
        new("stored delegate, extension", () => Kept.ExtensionMethod("a"), "xv1 aa", "xv2 a+a"),
        new("function pointer", FunctionPointer, "v1 static 1", "v2 static 2"),
        new("compiled expression", () => Kept.Compiled(1), "v1 static 1", "v2 static 2"),
        new("compiled expression, inlining", () => Kept.CompiledGetter(new Invoice { Cents = 3 }), "v1 3v1", "v2 0.03v2"),
        new("reflection", () => (string)Kept.Reflected.Invoke(null, [1])!, "v1 static 1", "v2 static 2"),
        new("reflection, property", () => (string)Kept.ReflectedProperty.GetValue(new Invoice { Cents = 3 })!, "v1 3", "v2 0.03"),
        new("JSON getter", () => JsonSerializer.Serialize(new Invoice { Cents = 3 }), """{"Cents":3,"Text":"v1 3","Note":""}""", """{"Cents":3,"Text":"v2 0.03","Note":""}"""),
        new("JSON getter of a struct", () => JsonSerializer.Serialize(new Size(4)), """{"Width":4,"Text":"v1 4"}""", """{"Width":4,"Text":"v2 4px"}"""),
        new("JSON setter", () => JsonSerializer.Deserialize<Received>("""{"Name":"n"}""")!.Name, "v1 n", "v2 n!"),
    ];

    private static string PropertySetter()
    {
        var counter = new Counter(1) { Text = "set" };
        return counter.Text;
    }

    private static string Indexer()
    {
        var counter = new Counter(1) { [2] = "x" };
        return counter[2];
    }

    private static string Event()
    {
        var counter = new Counter(1);
        counter.Changed += Heard;
        counter.Changed -= Heard;
        return counter.Heard;
    }

    private static void Heard(string text)
    {
    }

    private static string Finalizer()
    {
        Finalized.Last = "";
        Drop();
        for (int i = 0; i < 10 && Finalized.Last.Length == 0; i++)
        {
            GC.Collect(0);
            GC.WaitForPendingFinalizers();
        }
        return Finalized.Last;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop() => GC.KeepAlive(new Dropped(9));

    private static string Out()
    {
        int both = 3;
        Kept.Counter.Out(4, ref both, out string result);
        return result + " " + both;
    }

    private static string RefReturn()
    {
        ref int value = ref Kept.Counter.Reference();
        value += 0;
        return value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Compound()
    {
        var total = new Total();
        total += 3;
        return total.Text;
    }

    private static string StructByRef()
    {
        var point = new Point(1);
        return point.Move(2) + ";" + point.Move(2) + ";" + point.Where;
    }

    private static string StructInArray()
    {
        Point[] points = [new Point(1)];
        return points[0].Move(3) + ";" + points[0].Where;
    }

    private static string StructBoxed()
    {
        IMover boxed = new Point(1);
        return boxed.Move(3) + ";" + boxed;
    }

    private static string StructConstrained()
    {
        var point = new Point(1);
        return GenericMethods.Constrained(ref point);
    }

    private static string RefStruct()
    {
        Span<char> characters = ['a', 'b', 'c'];
        var cursor = new Cursor(characters);
        return cursor.Next() + cursor.Next();
    }

    private static string DefaultOfStruct()
    {
        IGreeter greeter = new Short();
        return greeter.Greet();
    }

    private static string GenericStruct()
    {
        var ofReferences = new Pair<string, int>("a", 1);
        var ofValues = new Pair<char, string>('a', "1");
        return ofReferences.Replace("b") + ofValues.Replace('b');
    }

    private static string InstanceIterator()
    {
        var items = new List<string>();
        using (IEnumerator<string> iterator = Kept.Bodies.InstanceIterator())
        {
            while (iterator.MoveNext())
                items.Add(iterator.Current);
        }
        items.Add(Bodies.Finished);
        return string.Join(',', items);
    }

    private static string AsyncValue() =>
        Bodies.AsyncValue(Task.FromResult(1)).AsTask().Result + Bodies.AsyncValue(Task.FromException<int>(new FormatException("x"))).AsTask().Result;

    private static async Task<string> AsyncIterator()
    {
        var items = new List<string>();
        await foreach (string item in Bodies.AsyncIterator(2))
            items.Add(item);
        return string.Join(',', items);
    }

    private static string LibraryStruct()
    {
        var amount = new Amount(100);
        amount.Add(5);
        return amount.Text;
    }

    private static unsafe string FunctionPointer() => Kept.Pointer(1);
}

/// <summary>Callers that no fix changes.</summary>
public static class Chains
{
    private static readonly Gauge s_gauge = new();

    public static string First() => "first " + Second();

    public static string Level() => s_gauge.Level;

    public static string Guarded(IRule rule) => rule.Apply(1);

    private static string Second() => "second " + Third();

    private static string Third() => "third " + Small.Leaf();
}
