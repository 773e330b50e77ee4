using System.Globalization;
using System.Text;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>Writes a random program as C#.</summary>
internal static class SourceWriter
{
    /// <summary>What all programs have.</summary>
    private const string Common = """
        static class Values
        {
            public static long Mix(IEnumerable<long> values)
            {
                long mixed = 17;
                foreach (long value in values)
                    mixed = unchecked(mixed * 31 + value);
                return mixed;
            }

            public static IEnumerable<long> UpTo(long count)
            {
                for (long i = 1; i <= count; i++)
                    yield return i;
            }

            public static long Run(Func<long, long> function, long argument) => function(argument);

            public static long Ends(long[] values)
            {
                Array.Sort(values);
                return unchecked(values[0] - values[^1]);
            }
        }

        """;

    public static string Write(ProgramModel program)
    {
        var text = new StringBuilder(Common);
        Type(text, "static class Settings", program.Constants.Select(c => string.Create(CultureInfo.InvariantCulture, $"public const long {c.Name} = {c.Value};")));
        Type(text, "static class Store",
        [
            .. program.Statics.Select(s => string.Create(CultureInfo.InvariantCulture, $"public static long {s.Name} = {s.Value};")),
            .. program.Tables.Select(t => $"public static readonly Dictionary<long, long> {t.Name} = new() {{ {string.Join(", ", t.Entries.Select(e => string.Create(CultureInfo.InvariantCulture, $"[{e.Key}] = {e.Value}")))} }};"),
            .. program.Objects.Select(o => string.Create(CultureInfo.InvariantCulture, $"public static readonly {o.Class} {o.Name} = new {o.Class}({o.First}, {o.Second});")),
        ]);
        foreach (ClassModel type in program.Classes)
            Class(text, program, type);
        Type(text, "static class Functions", program.Functions.Select(f => Function(f, "static ")));
        Type(text, "static class Scenario",
            ["public static void Show(TextWriter print)\n    {\n" + string.Concat(program.Shown.Select(e => $"        print.WriteLine({e});\n")) + "    }"]);
        return text.ToString();
    }

    private static void Class(StringBuilder text, ProgramModel program, ClassModel type)
    {
        string header = type.IsStruct ? $"readonly struct {type.Name}" : type.Base is null ? $"class {type.Name}" : $"class {type.Name} : {type.Base}";
        string made = string.Concat(type.Fields.Where(f => f.FromConstructor is not null).Select(f => $" {f.Name} = {f.FromConstructor};"));
        string passed = type.Base is null ? "" : " : base(first, second)";
        Type(text, header,
        [
            .. type.Fields.Select(f => f.FromConstructor is not null ? $"protected readonly long {f.Name};".Replace("protected", type.IsStruct ? "private" : "protected", StringComparison.Ordinal)
                : string.Create(CultureInfo.InvariantCulture, $"{(type.IsStruct ? "private" : "protected")} readonly long {f.Name} = {f.Initial};")),
            $"public {type.Name}(long first, long second){passed} {{{made} }}",
            .. type.Methods.Select(m => Function(m, m.Kind switch { FunctionKind.Virtual => "virtual ", FunctionKind.Override => "override ", _ => "" })),
        ]);
    }

    private static string Function(Function function, string modifier)
    {
        IEnumerable<string> parameters = function.Parameters.Select((p, i) =>
            i == function.Parameters.Length - 1 && function.Default is { } value ? string.Create(CultureInfo.InvariantCulture, $"long {p} = {value}") : $"long {p}");
        string list = string.Join(", ", function.Kind == FunctionKind.Generic ? parameters.Prepend("T item") : parameters);
        string result = function.Kind switch { FunctionKind.Iterator => "IEnumerable<long>", FunctionKind.Async => "async Task<long>", _ => "long" };
        var text = new StringBuilder($"public {modifier}{result} {function.Name}{(function.Kind == FunctionKind.Generic ? "<T>" : "")}({list})\n    {{\n");
        if (function.Kind == FunctionKind.Generic)
            text.Append("        long kind = item!.ToString()!.Length;\n");
        foreach (Statement statement in function.Body)
            text.Append("        ").Append(statement).Append('\n');
        text.Append(function.Kind == FunctionKind.Iterator ? $"        yield return {function.Result};\n" : $"        return {function.Result};\n");
        if (function.Local is { } local)
            text.Append($"        long Inside(long {local.Parameter}) => {local.Body};\n");
        return text.Append("    }").ToString();
    }

    private static void Type(StringBuilder text, string header, IEnumerable<string> members) =>
        text.Append(header).Append("\n{\n").AppendJoin("\n\n", members.Select(m => "    " + m)).Append("\n}\n\n");
}
