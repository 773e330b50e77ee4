using System.Collections.Immutable;
using System.Text;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>
/// Splits a piece of a command line as the POSIX shell would (Shell Command Language, 2.2 Quoting and 2.3 Token Recognition), without a shell.
/// The SDK hands the linker's arguments to <c>sh -c</c>, so paths in them are quoted. What a shell would expand or run is not split at all.
/// </summary>
internal static class ShellWords
{
    private const string Special = "|&;<>()$`*?[\n\r";
    private const string SpecialInDoubleQuotes = "$`";
    private const string SpecialAtTheBeginning = "~#";

    /// <summary>Splits.</summary>
    /// <param name="text">The piece.</param>
    /// <returns>Its words, or the default where only a shell could tell.</returns>
    public static ImmutableArray<string> Split(string text)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        StringBuilder? word = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is ' ' or '\t')
            {
                Finish();
                continue;
            }
            if (Special.Contains(c, StringComparison.Ordinal) || (word is null && SpecialAtTheBeginning.Contains(c, StringComparison.Ordinal)))
                return default;
            word ??= new StringBuilder();
            switch (c)
            {
                case '\'':
                    int end = text.IndexOf('\'', i + 1);
                    if (end < 0)
                        return default;
                    word.Append(text, i + 1, end - i - 1);
                    i = end;
                    break;
                case '"':
                    i = AppendDoubleQuoted(text, i + 1, word);
                    if (i < 0)
                        return default;
                    break;
                case '\\':
                    if (++i == text.Length || text[i] is '\n')
                        return default;
                    word.Append(text[i]);
                    break;
                default:
                    word.Append(c);
                    break;
            }
        }
        Finish();
        return words.ToImmutable();

        void Finish()
        {
            if (word is not null)
                words.Add(word.ToString());
            word = null;
        }
    }

    /// <summary>Gives the place of the closing quote, or -1.</summary>
    private static int AppendDoubleQuoted(string text, int start, StringBuilder word)
    {
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"')
                return i;
            if (SpecialInDoubleQuotes.Contains(c, StringComparison.Ordinal))
                return -1;
            // Inside of quotes a backslash stands for itself before any other character.
            if (c == '\\' && i + 1 < text.Length && text[i + 1] is '$' or '`' or '"' or '\\')
                c = text[++i];
            word.Append(c);
        }
        return -1;
    }
}
