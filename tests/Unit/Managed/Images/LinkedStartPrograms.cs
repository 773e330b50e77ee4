using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Formats.PatchImages.Managed;
using HotpatchBuild.Tests.Unit.Edits;
using Microsoft.CodeAnalysis.Emit;
using Mono.Cecil;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>Programs with statements at the top level, whose start cannot be redirected but whose lambdas and local functions can.</summary>
public class LinkedStartPrograms
{
    [Theory]
    [InlineData(DebugInformationFormat.PortablePdb)]
    [InlineData(DebugInformationFormat.Embedded)]
    public void Lambdas_and_local_functions_of_the_start_are_redirected(DebugInformationFormat symbols)
    {
        string Source(string text) => $$"""
            var routes = new Dictionary<string, Func<int, string>>();
            int hits = 0;
            routes["/"] = id => { hits++; return Show(id) + "{{text}}"; };
            routes["/static"] = static id => "{{text}}" + id;
            Console.WriteLine(routes.Count);
            string Show(int id) => $"{hits} {id} {{text}}";
            """;
        ManagedPatchTable table = Assert.Single(Link(Source("old"), Source("new"), symbols)).Table;
        Assert.Equal(["lambda in Program.<Main>$(string[])", "lambda in Program.<Main>$(string[])", "local function Show in Program.<Main>$(string[])"], table.Methods.Select(m => m.DisplayName).Order(StringComparer.Ordinal));
    }

    private static List<ManagedPatchImage> Link(string before, string after, DebugInformationFormat symbols)
    {
        ManagedDeltaResult result = new ManagedDeltaCompiler().Compile(Build(before, symbols), Build(after, symbols));
        Assert.Empty(result.Refusals);
        Assert.All(result.Modules.SelectMany(m => m.Functions), f => Assert.Equal("/src/Program.cs", f.File));
        return [.. result.Modules.Select(m => ManagedPatchImage.Read(m.Image.ToArray(), m.Name))];
    }

    private static ManagedBuild Build(string source, DebugInformationFormat symbols)
    {
        AssemblyRevision revision = Compiled.From([("/src/Program.cs", source)], program: true, symbols: symbols);
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(revision.Assembly.ToArray()));
        return new ManagedBuild { Assemblies = [new ProgramAssembly("App", module.Mvid, revision.Assembly, revision.Symbols ?? ReadOnlyMemory<byte>.Empty)], References = [] };
    }
}
