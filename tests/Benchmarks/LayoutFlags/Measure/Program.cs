using System.Globalization;
using HotpatchBuild.Benchmarks.LayoutFlags;

// dotnet run -c Release --project tests/Benchmarks/LayoutFlags/Measure -- [--no-build] [rounds] [program …]
// With 0 rounds instructions are counted and no time is taken: for a machine that is busy with other things.
string[] options = args.SkipWhile(argument => argument == "--no-build").ToArray();
int rounds = options.Length > 0 ? int.Parse(options[0], CultureInfo.InvariantCulture) : 11;
string root = FindRepositoryRoot();
string folder = Path.Combine(root, "tests", "Benchmarks", "LayoutFlags", "Programs");
string output = Path.Combine(root, "artifacts", "layout-flags");
MeasuredProgram[] programs = MeasuredProgram.All.Where(program => options.Length < 2 || options.Skip(1).Contains(program.Assembly)).ToArray();

var builder = new Builder(folder, output) { KeepsWhatIsBuilt = options.Length < args.Length };
var measurements = new Dictionary<MeasuredProgram, Measurement[]>();
foreach (MeasuredProgram program in programs)
{
    Console.Error.WriteLine($"building {program.Assembly}");
    measurements[program] = builder.Build(program, Variant.All).Select(executable => new Measurement(executable)).ToArray();
}

foreach (MeasuredProgram program in programs)
{
    Console.Error.WriteLine($"measuring {program.Assembly}");
    if (Tool.IsInstalled("valgrind"))
    {
        foreach (Measurement measurement in measurements[program])
            measurement.CountInstructions();
    }
    // Interleaved: what else the machine does hits all variants alike. Every other round backwards, so that none always runs first.
    for (int round = 0; round < rounds; round++)
    {
        IEnumerable<Measurement> order = round % 2 == 0 ? measurements[program] : measurements[program].Reverse();
        foreach (Measurement measurement in order)
            measurement.RunOnce();
    }
    Measurement plain = measurements[program][0];
    if (measurements[program].FirstOrDefault(measurement => measurement.Checksum != plain.Checksum) is { } other)
        throw new InvalidDataException($"{other.Executable.Path} computes {other.Checksum}, the plain program {plain.Checksum}.");
    Console.WriteLine(Report.Write(program, measurements[program]));
}

static string FindRepositoryRoot()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "HotpatchBuild.sln")))
            return folder.FullName;
    }
    throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not below HotpatchBuild.sln.");
}
