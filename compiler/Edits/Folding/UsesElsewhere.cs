using System.Collections.Immutable;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Pipeline;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Folding;

/// <summary>An assembly that runs in the same process.</summary>
/// <param name="Name">Simple name.</param>
/// <param name="Revision">Its bytes.</param>
internal sealed record ProcessAssembly(string Name, AssemblyRevision Revision);

/// <summary>Finds what code of other assemblies holds on to: old values of constants and default values, and values that static initialisers computed with old code.</summary>
internal static class UsesElsewhere
{
    /// <summary>What has to be known beside the edits of each assembly.</summary>
    /// <param name="changed">The edits of the assemblies that the delta changes.</param>
    /// <param name="program">The program's own assemblies as they run.</param>
    /// <param name="outside">Files of assemblies that are deployed with the program and are not built with it.</param>
    public static IEnumerable<Failure> Find(IReadOnlyCollection<EditSet> changed, IReadOnlyCollection<ProcessAssembly> program, IEnumerable<string> outside)
    {
        Dictionary<string, EditSet> edited = changed.ToDictionary(edits => edits.Assembly, StringComparer.Ordinal);
        List<Failure> found = [];
        if (changed.Any(edits => !edits.Folded.IsEmpty))
            found.AddRange(Folded(edited, Others(program.Where(assembly => !edited.ContainsKey(assembly.Name)), outside.Where(file => !edited.ContainsKey(Path.GetFileNameWithoutExtension(file))))));
        foreach (ProcessAssembly assembly in program)
            found.AddRange(Initialisers(assembly, edited));
        return found;
    }

    private static List<Failure> Folded(Dictionary<string, EditSet> edited, IEnumerable<Func<ModuleDefinition?>> others)
    {
        Dictionary<FoldedValue, SortedSet<string>> users = [];
        foreach (Func<ModuleDefinition?> open in others)
        {
            using ModuleDefinition? module = open();
            if (module?.Assembly is null)
                continue;
            foreach (EditSet edits in References(module, edited))
            {
                foreach (FoldedValue value in edits.Folded.Where(value => value.Constant || Calls(module, edits.Assembly, value)))
                {
                    if (!users.TryGetValue(value, out SortedSet<string>? names))
                        users[value] = names = new(StringComparer.Ordinal);
                    names.Add(module.Assembly.Name.Name);
                }
            }
        }
        return
        [
            .. from edits in edited.Values
               from value in edits.Folded
               where users.ContainsKey(value)
               let names = string.Join(", ", users[value])
               select value.Constant
                   ? FoldingDiagnostics.ConstantOutside.At(value.Where, value.Name, value.Detail, edits.Assembly, names)
                   : FoldingDiagnostics.DefaultOutside.At(value.Where, value.Name, value.Detail, names),
        ];
    }

    /// <summary>Static constructors of one assembly that ran changed methods of others.</summary>
    private static List<Failure> Initialisers(ProcessAssembly assembly, Dictionary<string, EditSet> edited)
    {
        ILookup<string, Edit> bodies = edited.Values.Where(edits => edits.Assembly != assembly.Name)
            .SelectMany(edits => edits.Edits.Where(edit => edit is { Kind: EditKind.MethodBodyChanged, Old: not null }))
            .ToLookup(edit => $"{edit.Old!.Assembly}!{edit.Old.TypeName}::{edit.Old.Member}", StringComparer.Ordinal);
        if (bodies.Count == 0 || !MayUse(assembly, edited))
            return [];
        using AssemblyModel model = AssemblyModel.Read(assembly.Revision);
        var names = new DisplayNames(model);
        var places = new Locations(model);
        List<Failure> found = [];
        foreach (MethodDefinition constructor in model.Types.SelectMany(type => type.Methods).Where(method => method is { IsConstructor: true, IsStatic: true, DeclaringType.Name: not "<Module>" }))
        {
            Edit? called = InitialiserCalls.Of(constructor, model).Prepend(constructor).SelectMany(CallsOut).SelectMany(key => bodies[key]).FirstOrDefault();
            if (called is not null)
                found.Add(FoldingDiagnostics.InitialiserCallsElsewhere.At(places.Of(constructor)?.Where, names.Of(constructor), called.Element, called.Old!.Assembly));
        }
        return found;
    }

    // Overloads are taken for one another: a warning too many is better than one too few.
    private static IEnumerable<string> CallsOut(MethodDefinition method) => !method.HasBody ? [] :
        from instruction in method.Body.Instructions
        let called = (instruction.Operand as MethodReference)?.GetElementMethod()
        where called is not null && Definitions.Of(called) is null
        let type = called.DeclaringType.GetElementType()
        select $"{Definitions.AssemblyOf(type)}!{type.FullName}::{called.Name}";

    private static bool MayUse(ProcessAssembly assembly, Dictionary<string, EditSet> edited)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(assembly.Revision.Assembly.ToArray(), writable: false), new ReaderParameters(ReadingMode.Deferred));
        return References(module, edited).Any();
    }

    private static IEnumerable<EditSet> References(ModuleDefinition module, Dictionary<string, EditSet> edited) =>
        module.AssemblyReferences.Select(reference => edited.GetValueOrDefault(reference.Name)).OfType<EditSet>().Distinct();

    private static bool Calls(ModuleDefinition module, string assembly, FoldedValue value) =>
        module.GetMemberReferences().OfType<MethodReference>().Any(reference =>
            reference.Name == value.Member && reference.Parameters.Count == value.Parameters
            && reference.DeclaringType.GetElementType() is var type && type.FullName == value.Type && Definitions.AssemblyOf(type) == assembly);

    private static ImmutableArray<Func<ModuleDefinition?>> Others(IEnumerable<ProcessAssembly> unchanged, IEnumerable<string> files) =>
    [
        .. unchanged.Select<ProcessAssembly, Func<ModuleDefinition?>>(assembly => () => Open(new MemoryStream(assembly.Revision.Assembly.ToArray(), writable: false))),
        .. files.DistinctBy(file => Path.GetFileName(file), StringComparer.Ordinal).Select<string, Func<ModuleDefinition?>>(file => () => File.Exists(file) ? Open(new MemoryStream(BuildFiles.Read(file), writable: false)) : null),
    ];

    // A native library beside the program is no assembly and uses no constants of one.
    private static ModuleDefinition? Open(Stream image)
    {
        try
        {
            return ModuleDefinition.ReadModule(image, new ReaderParameters(ReadingMode.Deferred));
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }
}
