using System.Text.RegularExpressions;
using System.Xml.Linq;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Diagnostics;

/// <summary>The targets say what <see cref="TargetsDiagnostics"/> has: the same numbers and sentences, with properties for the placeholders.</summary>
public partial class TargetsTexts
{
    [Fact]
    public void Are_those_of_the_descriptors()
    {
        var said = Directory.GetFiles(Path.Combine(SampleCache.RepositoryRoot, "msbuild", "Tasks", "build")).SelectMany(file => XDocument.Load(file).Descendants())
            .Where(element => element.Name.LocalName is "Error" or "Warning").Select(element => ((string?)element.Attribute("Code"), Numbered((string)element.Attribute("Text")!))).ToList();
        var defined = DiagnosticCatalogue.All.Where(d => d.Class == typeof(TargetsDiagnostics).FullName).Select(d => d.Descriptor).ToList();
        Assert.NotEmpty(defined);
        Assert.Equal(defined.Select(d => ((string?)d.Id, $"{d.Message} {d.WhatToDo}")), said.Order());
    }

    // The first property of the text is {0}, the next new one {1}.
    private static string Numbered(string text)
    {
        List<string> properties = [];
        return Property().Replace(text, match =>
        {
            if (!properties.Contains(match.Value))
                properties.Add(match.Value);
            return $"{{{properties.IndexOf(match.Value)}}}";
        });
    }

    [GeneratedRegex(@"\$\(\w+\)")]
    private static partial Regex Property();
}
