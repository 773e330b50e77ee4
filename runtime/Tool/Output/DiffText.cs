namespace HotpatchBuild.Tool.Output;

/// <summary><c>diff</c> as text; refusals stand on stderr.</summary>
internal static class DiffText
{
    public static void Write(DiffOutput output, TextWriter text)
    {
        if (output.Framework is not null)
            Line(text, $"assemblies for {output.Framework}");
        Line(text, $"assemblies that differ: {output.Compared.Count}, that are the same: {output.Same}");
        Names(text, "only in the old build, not looked at", output.OnlyOld);
        Names(text, "only in the new build, not looked at", output.OnlyNew);
        foreach (var warning in output.Warnings)
            Line(text, $"warning {warning.Id}: {Conversions.PlaceOf(warning)}{warning.What} {warning.WhatToDo}");
        if (output.Refusals.Count > 0)
        {
            Line(text, $"no delta: {Phrases.Count(output.Refusals.Count, "refusal")}");
            return;
        }
        foreach (var module in output.Modules)
        {
            Line(text, $"{module.Name}: {module.Functions.Count(f => !f.Added)} changed, {module.Functions.Count(f => f.Added)} added, image of {module.Size} bytes");
            foreach (var function in module.Functions)
                Line(text, $"  {(function.Added ? "+" : " ")} {function.Name}{(function.File is null ? "" : $"  {function.File}:{function.FirstLine}")}");
        }
        if (output.Delta is null)
        {
            Line(text, "nothing to patch: a running process would not notice a difference");
            return;
        }
        DeltaText.Write(output.Delta, text);
        Line(text, $"written to {output.File} ({output.Size} bytes)");
    }

    private static void Names(TextWriter text, string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
            Line(text, $"{what}: {string.Join(", ", names)}");
    }

    private static void Line(TextWriter text, string line) => text.WriteLine(Reporter.OneLine(line));
}
