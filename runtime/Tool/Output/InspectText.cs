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
            text.WriteLine(Reporter.OneLine(
                $"{module.Name}: {module.Engine}{(module.BuildId is null ? "" : $", build {Runtime.Native.Engine.BuildIds.Short(module.BuildId)}")}, "
                + $"{Phrases.Count(module.Functions.Count, "function")}, {Phrases.Bytes((ulong)module.CodeBytes)} of code, {Phrases.Bytes((ulong)module.DataBytes)} of data, "
                + Phrases.Count(module.UnwindSlots, "unwind slot")));
            foreach (var function in module.Functions)
                Write(function, text);
        }
    }

    private static void Write(InspectedFunction function, TextWriter text)
    {
        var size = function.Added ? $"new, {function.BytesAfter} bytes" : $"{function.BytesBefore} -> {function.BytesAfter} bytes";
        text.WriteLine(Reporter.OneLine($"  {function.Name}  {size}{Source(function)}"));
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

    private static string Source(InspectedFunction function) => (function.File, function.FirstLine) switch
    {
        (null, _) => "",
        (var file, 0) => $"  {file}",
        var (file, line) => $"  {file}:{line.ToString(CultureInfo.InvariantCulture)}",
    };
}
