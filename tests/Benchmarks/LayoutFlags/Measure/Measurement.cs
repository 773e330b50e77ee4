using System.Globalization;
using System.Text.RegularExpressions;

namespace HotpatchBuild.Benchmarks.LayoutFlags;

/// <summary>What was measured of one executable.</summary>
internal sealed partial class Measurement(Executable executable)
{
    // Without a limit the collector reserves 256 GiB, which valgrind refuses.
    private static readonly Dictionary<string, string> s_smallHeap = new() { ["DOTNET_GCHeapHardLimit"] = "10000000", ["DOTNET_GCgen0size"] = "4000000" };

    private readonly List<double> _userSeconds = [];
    private string? _checksum;

    public Executable Executable => executable;

    public IReadOnlyList<double> UserSeconds => _userSeconds;

    /// <summary>Instructions of the fixed work without start and warm-up; null without valgrind.</summary>
    public long? Instructions { get; private set; }

    /// <summary>What the timed runs computed; null before the first.</summary>
    public string? Checksum => _checksum;

    public void RunOnce()
    {
        string[] fields = Tool.Run(executable.Path, [executable.Program.Rounds.ToString(CultureInfo.InvariantCulture)]).Output.Split(' ');
        _userSeconds.Add(double.Parse(fields[0], CultureInfo.InvariantCulture));
        string checksum = fields[2].Trim();
        if (_checksum is not null && _checksum != checksum)
            throw new InvalidDataException($"{executable.Path} gave {_checksum}, then {checksum}.");
        _checksum = checksum;
    }

    public void CountInstructions()
    {
        // Twice the work less once the work leaves the work: start and collector set-up are in both.
        int rounds = executable.Program.CountedRounds;
        Instructions = Count(2 * rounds) - Count(rounds);
    }

    private long Count(int rounds)
    {
        (_, string report) = Tool.Run(
            "valgrind",
            ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", executable.Path, rounds.ToString(CultureInfo.InvariantCulture)],
            s_smallHeap);
        Match count = InstructionCount().Match(report);
        if (!count.Success)
            throw new InvalidDataException($"valgrind counted nothing:\n{report}");
        return long.Parse(count.Groups[1].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"I\s+refs:\s+([\d,]+)")]
    private static partial Regex InstructionCount();
}
