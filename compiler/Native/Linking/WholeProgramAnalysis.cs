namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>What ILC has concluded from the whole program, by the flags that a baseline was compiled with.</summary>
[Flags]
internal enum WholeProgramAnalysis
{
    /// <summary>Nothing (<c>--noscan</c>).</summary>
    None = 0,

    /// <summary>Which types are made: calls and casts are compiled for just these (ILScanner.cs in dotnet/runtime).</summary>
    CountsTypes = 1,

    /// <summary>Of few known classes, the last one is called without a test (guarded devirtualisation with a complete list).</summary>
    GuessesClasses = 2,
}
