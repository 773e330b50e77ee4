using System.Text;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Tests.Unit.Baselines;

/// <summary>A small record whose every part can be told from the others.</summary>
internal static class SampleRecord
{
    public static readonly BaselineKey Key = new("App", "src/App/App.csproj", "net9.0", "linux-x64", "Release");

    public static BaselineRecord Create(string commit = "0123456789abcdef0123456789abcdef01234567", string buildId = "aabbccddeeff00112233445566778899aabbccdd") => new(
        new BaselineManifest
        {
            FormatVersion = BaselineManifest.CurrentFormatVersion,
            CreatedBy = "test",
            Engine = PatchEngine.Native,
            Key = Key,
            Commit = commit,
            Modified = false,
            Frameworks = ["Microsoft.NETCore.App 9.0.20"],
            Native = new BaselineNative(buildId, "9.0.20", ["--noscan"], "gcc", new BaselineAudit(3, 2, 1, [new UnpatchableFunction("f", "short")])),
            Sources = [new BaselineSource("src/App/Program.cs", new string('a', 64))],
            References = [new BaselineReference("System.Runtime.dll", new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))],
            Assemblies = [],
            Parts = [],
        },
        new NativeBuild
        {
            Assembly = new ProgramAssembly("App", new Guid(9, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), Bytes("assembly"), Bytes("pdb")),
            OtherAssemblies = [new ProgramAssembly("Library", new Guid(8, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), Bytes("library"), default)],
            Object = Bytes("object"),
            Map = Bytes("<map/>"),
            Executable = Bytes("executable"),
            Symbols = new SymbolListing([new LinkedSymbol(0x1000, 16, ElfSymbolType.Function, "a b"), new LinkedSymbol(0x2000, 0, ElfSymbolType.Object, "é")]),
            BuildId = [.. Convert.FromHexString(buildId)],
            CompilerArguments = ["/noconfig", "Program.cs"],
            IlcArguments = ["App.dll", "-O"],
            LinkerArguments = ["-o \"App\""],
            Linker = "gcc",
            IlcVersion = "9.0.20",
            Frameworks = ["Microsoft.NETCore.App 9.0.20"],
            LayoutFlags = ["--noscan"],
        });

    /// <summary>The same program for CoreCLR.</summary>
    public static BaselineRecord CreateManaged()
    {
        BaselineRecord native = Create();
        return new BaselineRecord(
            native.Manifest with { Engine = PatchEngine.Managed, Native = null, Key = Key with { RuntimeIdentifier = "any" } },
            new CoreClrBuild
            {
                Assembly = native.Build.Assembly,
                OtherAssemblies = native.Build.OtherAssemblies,
                CompilerArguments = native.Build.CompilerArguments,
                Frameworks = native.Build.Frameworks,
            });
    }

    public static byte[] ToBytes(BaselineRecord record)
    {
        var stream = new MemoryStream();
        BaselineWriter.Write(record, stream);
        return stream.ToArray();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
