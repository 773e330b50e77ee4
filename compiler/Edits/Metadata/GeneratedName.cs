using System.Globalization;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Kinds of elements that the C# compiler makes, as far as their names carry numbers that an unrelated edit can shift.</summary>
internal enum GeneratedKind
{
    /// <summary>Written by the developer, or generated with a name that does not shift.</summary>
    None,

    /// <summary>Class of lambdas that capture nothing: <c>&lt;&gt;c</c>, in generic methods <c>&lt;&gt;c__5</c>.</summary>
    LambdaClass,

    /// <summary>Class or struct of captured variables: <c>&lt;&gt;c__DisplayClass5_0</c>.</summary>
    Closure,

    /// <summary>Body of a lambda: <c>&lt;M&gt;b__5_0</c>.</summary>
    Lambda,

    /// <summary>Body of a local function: <c>&lt;M&gt;g__L|5_0</c>.</summary>
    LocalFunction,

    /// <summary>State machine of an async method or iterator: <c>&lt;M&gt;d__5</c>.</summary>
    StateMachine,

    /// <summary>Static field that caches a lambda's delegate: <c>&lt;&gt;9__5_0</c>.</summary>
    LambdaCache,

    /// <summary>Class of cached method-group delegates: <c>&lt;&gt;O</c>, in generic methods <c>&lt;M&gt;O__5_0</c>.</summary>
    MethodGroupClass,

    /// <summary>Static field that caches a method group's delegate: <c>&lt;0&gt;__Parse</c>.</summary>
    MethodGroupCache,

    /// <summary>Class of <c>dynamic</c> call sites: <c>&lt;&gt;o__5</c>.</summary>
    DynamicSites,

    /// <summary>Anonymous type: <c>&lt;&gt;f__AnonymousType0</c>.</summary>
    AnonymousType,

    /// <summary>Delegate type of a lambda that no Action or Func fits: <c>&lt;&gt;f__AnonymousDelegate0</c>.</summary>
    AnonymousDelegate,
}

/// <summary>A compiler-generated name taken apart. Its grammar is Roslyn's <c>GeneratedNames</c> and <c>GeneratedNameKind</c>
/// (src/Compilers/CSharp/Portable/Symbols/Synthesized).</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Member">What stands between the angle brackets: the member around it; may be empty.</param>
/// <param name="Suffix">A local function's or method group's own name; else empty.</param>
/// <param name="MethodOrdinal">Number of the member within its type; -1 where the name has none.</param>
/// <param name="EntityOrdinal">Number within the member; -1 where the name has none.</param>
internal readonly record struct GeneratedName(GeneratedKind Kind, string Member, string Suffix, int MethodOrdinal, int EntityOrdinal)
{
    /// <summary>Takes a metadata name apart; kind <see cref="GeneratedKind.None"/> where its numbers cannot shift.</summary>
    public static GeneratedName Parse(string name)
    {
        var none = new GeneratedName(GeneratedKind.None, "", "", -1, -1);
        if (name.Length < 3 || name[0] != '<') return none;
        int close = Closing(name);
        if (close < 0 || close + 1 >= name.Length) return none;
        var member = name[1..close];
        var rest = name[(close + 1)..];
        int tick = rest.IndexOf('`', StringComparison.Ordinal);
        if (tick > 0) rest = rest[..tick];

        if (member.Length == 0)
        {
            if (rest is "c") return none with { Kind = GeneratedKind.LambdaClass };
            if (rest is "O") return none with { Kind = GeneratedKind.MethodGroupClass };
            if (rest.StartsWith("c__DisplayClass", StringComparison.Ordinal)) return Numbered(GeneratedKind.Closure, "", rest["c__DisplayClass".Length..]);
            if (rest.StartsWith("c__", StringComparison.Ordinal)) return Numbered(GeneratedKind.LambdaClass, "", rest[3..]);
            if (rest.StartsWith("9__", StringComparison.Ordinal)) return Numbered(GeneratedKind.LambdaCache, "", rest[3..]);
            if (rest.StartsWith("o__", StringComparison.Ordinal)) return Numbered(GeneratedKind.DynamicSites, "", rest[3..]);
            if (rest.StartsWith("f__AnonymousType", StringComparison.Ordinal)) return none with { Kind = GeneratedKind.AnonymousType };
            if (rest.StartsWith("f__AnonymousDelegate", StringComparison.Ordinal) || rest.StartsWith("A{", StringComparison.Ordinal) || rest.StartsWith("F{", StringComparison.Ordinal))
                return none with { Kind = GeneratedKind.AnonymousDelegate };
            return none;
        }

        if (rest.StartsWith("b__", StringComparison.Ordinal)) return Numbered(GeneratedKind.Lambda, member, rest[3..]);
        if (rest.StartsWith("O__", StringComparison.Ordinal)) return Numbered(GeneratedKind.MethodGroupClass, member, rest[3..]);
        if (rest is "d") return none with { Kind = GeneratedKind.StateMachine, Member = member };
        if (rest.StartsWith("d__", StringComparison.Ordinal)) return Numbered(GeneratedKind.StateMachine, member, rest[3..]);
        if (rest.StartsWith("g__", StringComparison.Ordinal) && rest.LastIndexOf('|') is var bar and > 0)
            return Numbered(GeneratedKind.LocalFunction, member, rest[(bar + 1)..]) with { Suffix = rest[3..bar] };
        if (rest.StartsWith("__", StringComparison.Ordinal) && int.TryParse(member, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return none with { Kind = GeneratedKind.MethodGroupCache, Suffix = rest[2..] };
        return none;
    }

    /// <summary>The slot number of a hoisted local's field (<c>&lt;i&gt;5__2</c>) or parameter copy, which carry a name the developer can change; else the name.</summary>
    public static string WithoutLocalName(string field)
    {
        if (field.Length < 3 || field[0] != '<') return field;
        int close = Closing(field);
        return close > 1 && close + 1 < field.Length && char.IsAsciiDigit(field[close + 1]) ? field[(close + 1)..] : field;
    }

    /// <summary>Index of the bracket that closes the one at the start; -1 where there is none.</summary>
    private static int Closing(string name)
    {
        int depth = 0;
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '<') depth++;
            else if (name[i] == '>' && --depth == 0) return i;
        }
        return -1;
    }

    private static GeneratedName Numbered(GeneratedKind kind, string member, string numbers)
    {
        var parts = numbers.Split('_');
        int first = Number(parts[0]), second = parts.Length > 1 ? Number(parts[1]) : -1;
        // Lambdas and local functions inside a closure class have one number: their own.
        if (parts.Length == 1 && (kind is GeneratedKind.Lambda or GeneratedKind.LocalFunction)) (first, second) = (-1, first);
        return new(kind, member, "", first, second);
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : -1;
}
