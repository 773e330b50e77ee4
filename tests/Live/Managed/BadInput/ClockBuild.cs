using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages.Managed;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HotpatchBuild.Tests.Live.Managed.BadInput;

/// <summary>A tiny program for CoreCLR and deltas for it, put together by hand: what is tried with them is the way into the process, not how deltas are made.</summary>
internal sealed class ClockBuild
{
    public const string Name = "Clock";

    private const string Source = """
        namespace Clock;

        public static class Program
        {
            public static void Main()
            {
                System.Console.WriteLine(System.Environment.ProcessId);
                while (System.Console.ReadLine() is { } line)
                {
                    if (line == "hold")
                    {
                        new System.Threading.Thread(() => Words.Say(0)) { IsBackground = true }.Start();
                        Words.Held.Wait();
                        System.Console.WriteLine("held");
                    }
                    else if (line == "release")
                    {
                        Words.Release.Set();
                        Words.Released.Wait();
                        System.Console.WriteLine("released");
                    }
                    else
                    {
                        System.Console.WriteLine(Words.Say(7));
                    }
                }
            }
        }

        public static class Words
        {
            public static readonly System.Threading.ManualResetEventSlim Held = new(), Release = new(), Released = new();

            public static string Say(int n)
            {
                if (n == 0)
                {
                    Held.Set();
                    Release.Wait();
                    Released.Set();
                }
                return "baseline " + n;
            }
        }
        """;

    private static readonly ImmutableArray<MetadataReference> s_framework =
    [
        .. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll")
            .Where(file => Path.GetFileName(file) is "System.Private.CoreLib.dll" or "System.Runtime.dll" or "System.Console.dll" or "System.Threading.dll" or "System.Threading.Thread.dll")
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    private readonly ImmutableArray<byte> _image;

    /// <param name="comment">Makes another build of the same program.</param>
    public ClockBuild(string comment = "")
    {
        _image = Compile(Name, $"{Source}\npublic static class Build {{ public const string Comment = \"{comment}\"; }}", OutputKind.ConsoleApplication, []);
        using var module = ModuleMetadata.CreateFromImage(_image);
        Mvid = module.GetModuleVersionId();
    }

    public Guid Mvid { get; }

    /// <summary>Writes the program and what the host needs beside it.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="configProperties">More properties of runtimeconfig.json.</param>
    /// <returns>Path of the program's assembly.</returns>
    public string WriteTo(string folder, string configProperties = "")
    {
        string path = Path.Combine(folder, Name + ".dll");
        File.WriteAllBytes(path, [.. _image]);
        File.WriteAllText(Path.Combine(folder, Name + ".runtimeconfig.json"), $$"""
            {
              "runtimeOptions": {
                "tfm": "net10.0",
                "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" },
                "configProperties": { {{configProperties}} }
              }
            }
            """);
        return path;
    }

    /// <summary>A delta after which the program says something else.</summary>
    /// <param name="says">What it says instead of <c>baseline</c>.</param>
    /// <param name="token">The method's token; another one is a delta that does not fit.</param>
    /// <param name="body">The new body.</param>
    /// <param name="references">What it refers to beside the framework.</param>
    public DeltaFile Delta(string says, int? token = null, string? body = null, params MetadataReference[] references) => Delta(says, DeltaActiveCode.Default, token, body, references);

    /// <summary>The same, with a choice of what happens with calls that are under way.</summary>
    public DeltaFile Delta(string says, DeltaActiveCode active, int? token = null, string? body = null, params MetadataReference[] references)
    {
        string patch = $"HotpatchBuild.Patch.{Name}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(says + body)))[..16]}";
        var table = new ManagedPatchTable
        {
            Assembly = Name,
            Mvid = Mvid,
            // static string (int)
            Methods = [new ManagedPatchMethod(token ?? TokenOfSay(), "Holder", "Say", [0x00, 0x01, 0x0E, 0x08], [], 1, "Clock.Words.Say(int)")],
            Added = [],
        };
        ImmutableArray<byte> image = Compile(
            patch, $$"""public static class Holder { public static string Say(int n) { {{body ?? $"return \"{says} \" + n;"}} } }""", OutputKind.DynamicallyLinkedLibrary, references,
            new ResourceDescription(ManagedPatchTableWriter.TableResource, () => new MemoryStream([.. ManagedPatchTableWriter.Write(table, patch)]), isPublic: true));
        return DeltaFile.Create(
            new DeltaManifest
            {
                FormatVersion = DeltaManifest.CurrentFormatVersion,
                Id = "",
                Program = Name,
                Baseline = new DeltaRevision(new string('a', 40), "v1", false),
                Target = new DeltaRevision(new string('b', 40), says, false),
                CreatedAt = new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero),
                CreatedBy = "HotpatchBuild 0.1.0",
                Advisory = new DeltaAdvisory("", []),
                ActiveCode = active,
                Modules =
                [
                    new DeltaModule(Name, PatchEngine.Managed, Mvid, null, "", "", [new DeltaFunction("Clock.Words.Say", "Clock.Words.Say(int)", "Clock.cs", 16, 16, false)]),
                ],
            },
            new Dictionary<string, ImmutableArray<byte>> { [Name] = image });
    }

    /// <summary>The program, for bodies that use it.</summary>
    public MetadataReference Program => MetadataReference.CreateFromImage(_image);

    /// <summary>A library that no process has.</summary>
    public static MetadataReference Library(string name, string source) => MetadataReference.CreateFromImage(Compile(name, source, OutputKind.DynamicallyLinkedLibrary, []));

    private int TokenOfSay()
    {
        using var file = new PEReader(_image);
        MetadataReader reader = file.GetMetadataReader();
        return MetadataTokens.GetToken(reader.MethodDefinitions.Single(handle => reader.GetString(reader.GetMethodDefinition(handle).Name) == "Say"));
    }

    private static ImmutableArray<byte> Compile(string assembly, string source, OutputKind kind, MetadataReference[] references, params ResourceDescription[] resources)
    {
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create(
            assembly, [CSharpSyntaxTree.ParseText(source)], s_framework.AddRange(references), new CSharpCompilationOptions(kind, optimizationLevel: OptimizationLevel.Release, deterministic: true))
            .Emit(image, manifestResources: resources);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return [.. image.ToArray()];
    }
}
