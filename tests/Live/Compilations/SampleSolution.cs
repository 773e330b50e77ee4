using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Hosting;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Tests.Unit.Revisions;

namespace HotpatchBuild.Tests.Live.Compilations;

/// <summary>
/// A solution of an application (embedded PDB, generators, resources) and a signed library (PDB file, documentation), built by the real
/// SDK at two commits. What each build wrote is kept; the working tree has moved on to the second.
/// </summary>
public sealed class SampleSolution : IDisposable
{
    private readonly TestRepository _files = new();

    public SampleSolution()
    {
        WriteSources();
        _files.Git("remote", "add", "origin", "https://github.com/example/sample.git");
        OlderCommit = _files.Commit("The shipped version");
        Older = Build();

        _files.Write("App/Greeting.cs", GreetingSource.Replace("Hello", "Good morning"));
        _files.Write("App/Later.cs", "namespace Sample; internal static class Later { internal const int Value = 1; }\n");
        _files.Write("Lib/Shape.cs", ShapeSource.Replace("Width * Height", "checked(Width * Height)"));
        NewerCommit = _files.Commit("The fix");
        Newer = Build();
    }

    public ObjectId OlderCommit { get; }

    public ObjectId NewerCommit { get; }

    public SampleBuild Older { get; }

    public SampleBuild Newer { get; }

    public TestRepository Files => _files;

    /// <summary>The compiler on the SDK's own Roslyn, as the build task gets it.</summary>
    public ICompilationService Compiler => CompilerLoadContext.For(Newer.RoslynFolder, AppContext.BaseDirectory)
        .Create<ICompilationService>(ICompilationService.Implementation);

    private SampleBuild Build()
    {
        ProcessStartInfo start = new("dotnet") { WorkingDirectory = _files.At("App"), RedirectStandardOutput = true };
        foreach (string argument in (string[])["build", "-c", "Release", "-v", "q", "--nologo", "-nodeReuse:false"])
            start.ArgumentList.Add(argument);
        // The settings of the test runner's own build must not leak in.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) && name != "MSBUILDDISABLENODEREUSE").ToList())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return new SampleBuild(
            File.ReadAllLines(_files.At("App/obj/roslyn.txt"))[0],
            SampleProject.Read(_files.At("App"), "App"),
            SampleProject.Read(_files.At("Lib"), "Lib"));
    }

    private const string GreetingSource = """
        using System.Text.Json.Serialization;
        using System.Text.RegularExpressions;

        namespace Sample;

        internal sealed record Order(string Name, int Count, List<string>? Notes);

        [JsonSerializable(typeof(Order))]
        internal sealed partial class OrderJson : JsonSerializerContext;

        internal static partial class Greeting
        {
            [GeneratedRegex(@"^\s*(?<name>[a-z]+)\d*$", RegexOptions.IgnoreCase)]
            private static partial Regex Name { get; }

            internal static string Of(string text) => $"Hello, {Name.Match(text).Groups["name"].Value}";
        }

        """;

    private const string ShapeSource = """
        namespace Sample.Lib;

        /// <summary>A rectangle.</summary>
        /// <include file="Docs.xml" path="docs/shape/*" />
        public readonly record struct Shape(int Width, int Height)
        {
            /// <summary>Its area.</summary>
            public int Area => Width * Height;

            private static int Hidden() => 3;
        }

        """;

    private void WriteSources()
    {
        _files.Write(".gitignore", "bin/\nobj/\n");
        _files.Write(".gitattributes", "*.cs text\nApp/Windows.cs text eol=crlf\n");
        _files.Write(".editorconfig", "root = true\n[*.cs]\nindent_size = 4\ndotnet_diagnostic.CS0219.severity = error\n[*.g.cs]\ngenerated_code = true\n");
        _files.Write("global.globalconfig", "is_global = true\nbuild_property.SampleOption = 42\n");
        _files.Write("Directory.Build.props", """
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <ProduceReferenceAssembly>true</ProduceReferenceAssembly>
                <ProvideCommandLineArgs>true</ProvideCommandLineArgs>
              </PropertyGroup>
            </Project>
            """);
        _files.Write("Directory.Build.targets", """
            <Project>
              <Target Name="RecordCompilerArguments" AfterTargets="CoreCompile">
                <WriteLinesToFile File="obj/csc.txt" Lines="@(CscCommandLineArgs)" Overwrite="true" Condition="'@(CscCommandLineArgs)' != ''" />
                <WriteLinesToFile File="obj/roslyn.txt" Lines="$(RoslynTargetsPath)/bincore" Overwrite="true" />
              </Target>
            </Project>
            """);
        _files.Write("App/App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <RootNamespace>Sample</RootNamespace>
                <UseAppHost>false</UseAppHost>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <DebugType>embedded</DebugType>
                <EmbedAllSources>true</EmbedAllSources>
                <PathMap>$(MSBuildProjectDirectory)=/_/app</PathMap>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NoWarn>$(NoWarn);SAMPLE1</NoWarn>
                <DefineConstants>$(DefineConstants);ONE;TWO</DefineConstants>
                <Company>Sample, Inc.</Company>
                <AssemblyVersion>1.2.3.4</AssemblyVersion>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="../Lib/Lib.csproj" Aliases="global,lib" />
                <EmbeddedResource Include="Data/*.txt" LogicalName="data, %(Filename).txt" />
                <AdditionalFiles Include="Data/*.txt" />
                <GlobalAnalyzerConfigFiles Include="../global.globalconfig" />
              </ItemGroup>
            </Project>
            """);
        _files.Write("App/Program.cs", """
            using System.Runtime.InteropServices;
            using System.Text.Json;
            using Sample;
            using Sample.Lib;

            Console.WriteLine(Greeting.Of("world1") + new Shape(2, 3).Area + new Native().Value);
            Console.WriteLine(JsonSerializer.Serialize(new Order("a", 1, null), OrderJson.Default.Order));
            Func<int, Task<int>> twice = async number => { await Task.Yield(); return number * 2; };
            Console.WriteLine(await twice(21));
            #line 7 "Template.txt"
            Console.WriteLine(Strings());
            #line default
            static string Strings() { using var stream = typeof(Native).Assembly.GetManifestResourceStream("App.Texts.resources"); return $"{stream?.Length}"; }

            internal sealed partial class Native
            {
                internal int Value => 1;

                [LibraryImport("c", StringMarshalling = StringMarshalling.Utf8)]
                private static partial int puts(string text);
            }

            """);
        _files.Write("App/Template.txt", "the template\n");
        _files.Write("App/Greeting.cs", GreetingSource);
        _files.Write("App/Windows.cs", "namespace Sample;\r\n\r\ninternal static class Windows\r\n{\r\n    internal const string Text = \"\"\"\r\n        a\r\n        b\r\n        \"\"\";\r\n}\r\n");
        _files.Write("App/Data/plain.txt", "some data\n");
        _files.Write("App/Texts.resx", """
            <?xml version="1.0" encoding="utf-8"?>
            <root>
              <resheader name="resmimetype"><value>text/microsoft-resx</value></resheader>
              <resheader name="version"><value>2.0</value></resheader>
              <resheader name="reader"><value>System.Resources.ResXResourceReader, System.Windows.Forms</value></resheader>
              <resheader name="writer"><value>System.Resources.ResXResourceWriter, System.Windows.Forms</value></resheader>
              <data name="Greeting" xml:space="preserve"><value>Grüße</value></data>
            </root>
            """);
        _files.Write("Lib/Lib.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
                <DebugType>portable</DebugType>
                <SignAssembly>true</SignAssembly>
                <AssemblyOriginatorKeyFile>key.snk</AssemblyOriginatorKeyFile>
              </PropertyGroup>
            </Project>
            """);
        _files.Write("Lib/Shape.cs", ShapeSource);
        _files.Write("Lib/Docs.xml", "<docs><shape><remarks>From a file.</remarks></shape></docs>\n");
        // Latin-1: the compiler falls back to the default encoding and says so in the PDB.
        File.WriteAllBytes(_files.At("Lib/Legacy.cs"), Encoding.Latin1.GetBytes("namespace Sample.Lib;\ninternal static class Legacy { internal const string Text = \"Grüße\"; }\n"));
        using RSACryptoServiceProvider key = new(2048);
        File.WriteAllBytes(_files.At("Lib/key.snk"), key.ExportCspBlob(includePrivateParameters: true));
    }

    public void Dispose() => _files.Dispose();
}
