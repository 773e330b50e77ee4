using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>ILC runs simple static initialisers while it compiles, and puts their values into code. A method that such an initialiser calls changes them all.</summary>
public class FoldedStatics
{
    private const string Source = """
        using System;
        using System.Runtime.CompilerServices;
        public static class Limits
        {
            public static readonly int Limit = Find();
            public static readonly int[] Steps = [Find(), 2];
            [MethodImpl(MethodImplOptions.NoInlining)] public static int Find() => 5;
        }
        public static class Program
        {
            [MethodImpl(MethodImplOptions.NoInlining)] public static int ByValue() => Limits.Limit + 1;
            [MethodImpl(MethodImplOptions.NoInlining)] public static int ByReference() => Read(in Limits.Limit);
            [MethodImpl(MethodImplOptions.NoInlining)] public static int Step(int i) => Limits.Steps[i];
            [MethodImpl(MethodImplOptions.NoInlining)] private static int Read(in int value) => value;
            public static void Main(string[] args) => Console.WriteLine(ByValue() + ByReference() + Limits.Find() + Step(args.Length));
        }
        """;

    [Fact]
    public void Are_not_changed_under_code_that_holds_the_old_value()
    {
        NativeProgram before = NativeProgram.Of(Source, NativeProgram.PackageFlags), after = NativeProgram.Of(Source.Replace("Find() => 5", "Find() => 6", StringComparison.Ordinal), NativeProgram.PackageFlags);
        NativeDeltaResult result = NativeDelta.Make(NativeDelta.Record(before), after);
        Assert.Contains("HPB1214", result.Warnings.Select(warning => warning.Id));
        // The value in the running process is 5: new code that has 6 folded into it beside code that reads 5 would be neither build.
        Assert.NotEmpty(result.Refusals);
    }

    [Fact]
    public void Keep_their_values_where_nothing_is_folded()
    {
        ImmutableArray<string> flags = [.. NativeProgram.PackageFlags, "--nopreinitstatics"];
        NativeProgram before = NativeProgram.Of(Source, flags), after = NativeProgram.Of(Source.Replace("Find() => 5", "Find() => 6", StringComparison.Ordinal), flags);
        Assert.Equal("Limits.Find()", NativeDelta.Text(NativeDelta.Make(NativeDelta.Record(before), after)));
    }
}
