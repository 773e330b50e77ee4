using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>What the managed engine is tried on is optimised code.</summary>
public sealed class WarmPrograms
{
    [Fact]
    public void All_that_is_called_again_and_again_is_optimised_or_inlined()
    {
        ProgramSources sources = Catalogue.Files.Single(f => f.Name == "orders").Sources;
        using ProgramProcess process = EditResults.Managed.Build(sources, CompiledProgram.HasOn(sources)).Start();
        Assert.Equal("", process.Ask("warm"));
        // The last compilation of each method of the program.
        Dictionary<string, string> last = [];
        foreach (string line in process.CompiledMethods)
        {
            int at = line.IndexOf("JIT compiled ", StringComparison.Ordinal), tier = line.LastIndexOf(" [", StringComparison.Ordinal);
            if (at >= 0 && tier > at)
                last[line[(at + "JIT compiled ".Length)..tier]] = line[(tier + 2)..];
        }
        string[] classes = ["Book:", "Fees:", "Order:", "Report:", "Scenario:"];
        Assert.All(last.Where(m => classes.Any(c => m.Key.StartsWith(c, StringComparison.Ordinal))), m => Assert.StartsWith("Tier1", m.Value, StringComparison.Ordinal));
        Assert.Contains(last.Keys, name => name.StartsWith("Book:Match", StringComparison.Ordinal));
    }
}
