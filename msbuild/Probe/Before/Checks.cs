using System.Runtime.CompilerServices;

namespace HotpatchProbe;

/// <summary>The checks before the patch: they say no more than that they are old.</summary>
internal static class Checks
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Literal() => "old";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Collection() => "old";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Exceptions() => "old";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Raise(int code) => Shared.Count += code;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string StackTrace() => "old";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string NewType() => "old";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string InterfaceDispatch() => "old";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Statics() => "old";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string ThreadStatic() => "old";
}
