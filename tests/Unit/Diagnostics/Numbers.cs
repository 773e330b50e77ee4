using System.Text;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Diagnostics;

/// <summary>
/// What holds for all diagnostics of the product together. A number that users have searched for must never come to mean something
/// else: <c>Golden/diagnostics.txt</c> holds every number that was ever given out. A new one is added there; the line of
/// one that is no longer used stays and gets <c>(retired)</c> at its end.
/// </summary>
public class Numbers
{
    private const string Retired = " (retired)";

    private static IReadOnlyList<DefinedDiagnostic> All => DiagnosticCatalogue.All;

    [Fact]
    public void Are_found() => Assert.NotEmpty(All);

    [Fact]
    public void Are_unique() => Assert.Empty(All.GroupBy(d => d.Descriptor.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(d => d.Class))}"));

    [Fact]
    public void Have_the_form_that_users_search_for() => Assert.All(All, d => Assert.Matches("^HPB[1-4][0-9]{3}$", d.Descriptor.Id));

    [Fact]
    public void Lie_in_the_range_of_their_part() => Assert.Empty(All.Where(d => !RangesOf(d.Class).Contains(d.Descriptor.Id[3])).Select(d => $"{d.Descriptor.Id} of {d.Class}"));

    [Fact]
    public void Are_the_golden_ones()
    {
        string[] golden = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Diagnostics", "Golden", "diagnostics.txt"));
        string[] present = [.. All.Select(d => $"{d.Descriptor.Id} {d.Descriptor.Title}").Order(StringComparer.Ordinal)];
        Assert.True(golden.SequenceEqual(golden.Order(StringComparer.Ordinal)), "the golden lines are not sorted");
        Assert.True(golden.Select(line => line[..7]).Distinct().Count() == golden.Length, "a number stands twice in the golden file");

        StringBuilder differences = new();
        foreach (string line in present.Except(golden))
            differences.AppendLine($"not in the golden file: {line}");
        foreach (string line in golden.Except(present).Where(line => !line.EndsWith(Retired, StringComparison.Ordinal)))
            differences.AppendLine($"only in the golden file: {line}");
        foreach (string line in golden.Where(line => line.EndsWith(Retired, StringComparison.Ordinal) && present.Any(p => p[..7] == line[..7])))
            differences.AppendLine($"used again: {line}");
        Assert.True(differences.Length == 0, differences.ToString());
    }

    [Fact]
    public void Messages_are_one_line_and_say_what_to_do()
    {
        foreach (DiagnosticDescriptor descriptor in All.Select(d => d.Descriptor))
        {
            Assert.Matches(@"^(git\b|[A-Z]).*[^.]$", descriptor.Title);
            Assert.DoesNotContain('{', descriptor.Title);
            // What to do stands over the message's arguments, so it can't ask for more of them.
            int arguments = CompositeFormat.Parse(descriptor.Message).MinimumArgumentCount;
            Assert.True(CompositeFormat.Parse(descriptor.WhatToDo).MinimumArgumentCount <= arguments, $"{descriptor.Id}: more arguments in what to do than in the message");
            foreach (string sentence in (string[])[descriptor.Message, descriptor.WhatToDo, descriptor.Why])
            {
                Assert.DoesNotContain('\n', sentence);
                Assert.True(sentence.EndsWith('.') || sentence.EndsWith('}'), $"{descriptor.Id}: \"{sentence}\" does not end as a sentence does");
            }
        }
    }

    // The reason stands for every element alike: it is shown where no arguments are at hand.
    [Fact]
    public void Reasons_are_whole_sentences_of_their_own()
    {
        foreach (DiagnosticDescriptor descriptor in All.Select(d => d.Descriptor))
        {
            Assert.Matches(@"^(git\b|exec\b|/proc\b|[A-Z]).{15,}\.$", descriptor.Why);
            Assert.DoesNotContain('{', descriptor.Why);
            Assert.NotEqual(descriptor.Message, descriptor.Why);
        }
    }

    [Fact]
    public void What_ends_with_success_is_a_warning() =>
        Assert.DoesNotContain(All, d => d.Descriptor is { ExitCode: ExitCode.Done, Severity: not FailureSeverity.Warning });

    // Only an edit can be worth a word without standing in the way of a delta.
    [Fact]
    public void Only_a_warning_about_an_edit_ends_with_the_code_of_success() =>
        Assert.DoesNotContain(All, d => d.Descriptor.ExitCode == ExitCode.Done && RangesOf(d.Class) != "1");

    // As DiagnosticDescriptor.Id documents it.
    private static string RangesOf(string type) => type switch
    {
        _ when type.StartsWith("HotpatchBuild.Compiler.Edits.", StringComparison.Ordinal) => "1",
        _ when type.StartsWith("HotpatchBuild.Compiler.", StringComparison.Ordinal) => "12",
        _ when type.StartsWith("HotpatchBuild.Qualification.", StringComparison.Ordinal) => "2",
        _ when type.StartsWith("HotpatchBuild.Hosting.", StringComparison.Ordinal) => "2",
        _ when type.StartsWith("HotpatchBuild.Formats.", StringComparison.Ordinal) => "3",
        _ => "4",
    };
}
