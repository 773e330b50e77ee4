using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HotpatchBuild.Tool.Output;

/// <summary>Prints a command's output: as text with each error in a line of its own on stderr, or as one JSON object.</summary>
internal static class Reporter
{
    // For terminals and jq, not for HTML.
    private static readonly Lazy<ShapesContext> Readable =
        new(static () => new ShapesContext(new JsonSerializerOptions(ShapesContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Prints and gives the exit code.</summary>
    /// <param name="output">What there is to say.</param>
    /// <param name="json">As JSON.</param>
    /// <param name="errors">All errors, for stderr.</param>
    /// <param name="text">Writes the text form.</param>
    public static int Print<T>(T output, bool json, IEnumerable<ErrorOutput> errors, Action<T, TextWriter> text)
        where T : CommandOutput
    {
        // The console's own writers set up a terminal first, which takes longer than a switch.
        using (var stdout = Console.OpenStandardOutput())
        {
            if (json)
            {
                var line = JsonSerializer.SerializeToUtf8Bytes(output, typeof(T), Readable.Value);
                stdout.Write(line);
                stdout.WriteByte((byte)'\n');
            }
            else
            {
                using var writer = new StreamWriter(stdout, Utf8);
                text(output, writer);
            }
        }
        using var stderr = Console.OpenStandardError();
        foreach (var error in errors)
            stderr.Write(Utf8.GetBytes($"hotpatch: {error.Id}: {OneLine(error.What)} {OneLine(error.WhatToDo)}\n"));
        return output.ExitCode;
    }

    /// <summary>Names come from files and processes; a line stays a line.</summary>
    public static string OneLine(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
                return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        }
        return text;
    }
}
