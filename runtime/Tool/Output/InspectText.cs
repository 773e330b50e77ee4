using System.Globalization;

namespace HotpatchBuild.Tool.Output;

/// <summary><c>inspect</c> as text.</summary>
internal static class InspectText
{
    private const int BytesWidth = 30;

    public static void Write(InspectOutput output, TextWriter text)
    {
        DeltaText.Write(output.Delta, text);
        foreach (var module in output.Modules)
        {
            text.WriteLine();
            var holds = module.Engine == "managed"
                ? $"{Phrases.Bytes((ulong)module.CodeBytes)} of IL, {Phrases.Bytes((ulong)module.DataBytes)} of added assemblies"
                : $"{Phrases.Bytes((ulong)module.CodeBytes)} of code, {Phrases.Bytes((ulong)module.DataBytes)} of data, {Phrases.Count(module.UnwindSlots, "unwind slot")}";
            text.WriteLine(Reporter.OneLine(
                $"{module.Name}: {module.Engine}{(module.BuildId is null ? "" : $", build {Runtime.Native.Engine.BuildIds.Short(module.BuildId)}")}, "
                + $"{Phrases.Count(module.Functions.Count, "function")}, {holds}"));
            foreach (var code in module.Transitions)
                text.WriteLine(Reporter.OneLine($"  {code.Kind switch
                {
                    "transition" => "runs at the switch",
                    "rollback" => "runs at the rollback",
                    _ => "is asked first",
                }}: {code.Method}{(code.Method.StartsWith(code.Identity, StringComparison.Ordinal) ? "" : $" ({code.Identity})")}"));
            foreach (var function in module.Functions)
                Write(function, text);
        }
    }

    private static void Write(InspectedFunction function, TextWriter text)
    {
        text.WriteLine(Reporter.OneLine($"  {function.Name}  {Size(function)}{Source(function)}"));
        if (function.Holder is { } holder)
            text.WriteLine(Reporter.OneLine($"    in {holder}"));
        Write("before", function.Before, text);
        Write("after", function.After, text);
    }

    private static void Write(string title, IReadOnlyList<InstructionOutput>? instructions, TextWriter text)
    {
        if (instructions is null)
            return;
        text.WriteLine($"    {title}:");
        foreach (var instruction in instructions)
            text.WriteLine(Reporter.OneLine(string.Create(CultureInfo.InvariantCulture, $"      {instruction.Offset,4:x}  {instruction.Bytes.PadRight(BytesWidth)}  {instruction.Text}")));
    }

    private static string Size(InspectedFunction function) => function switch
    {
        { Holder: not null } => $"{function.BytesAfter} bytes of IL",
        { Added: true, BytesAfter: 0 } => "new",
        { Added: true } => $"new, {function.BytesAfter} bytes",
        _ => $"{function.BytesBefore} -> {function.BytesAfter} bytes",
    };

    private static string Source(InspectedFunction function) => (function.File, function.FirstLine) switch
    {
        (null, _) => "",
        (var file, 0) => $"  {file}",
        var (file, line) => $"  {file}:{line.ToString(CultureInfo.InvariantCulture)}",
    };
}
