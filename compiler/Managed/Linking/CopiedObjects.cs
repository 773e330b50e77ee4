using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>
/// Finds the code that copies objects with <c>object.MemberwiseClone</c>: the runtime copies what an object has, not what is kept beside it. The method is protected,
/// so an object is copied by code of its own class, of a base or of a derived one. Such code is changed too, as if it had been edited; where it cannot be, no delta.
/// </summary>
internal sealed class CopiedObjects
{
    // Types of the framework that a program can derive from and that copy themselves (callers of MemberwiseClone in .NET 8 to 10, with the spaces that they lie in).
    private static readonly string[] CopyingFramework = ["System.Globalization.", "System.Text.", "System.Xml."];

    private readonly ProgramElements _elements;
    private readonly IReadOnlyList<FieldDefinition> _fields;
    private readonly List<Failure> _refusals = [];

    /// <param name="changed">The assemblies that changed; those methods of theirs that make copies are redirected from now on.</param>
    /// <param name="elements">Their elements.</param>
    /// <param name="build">The new build.</param>
    public CopiedObjects(IReadOnlyList<ChangedAssembly> changed, ProgramElements elements, ManagedBuild build)
    {
        _elements = elements;
        _fields = [.. changed.SelectMany(c => c.AddedFields)];
        if (_fields.Count == 0)
            return;
        foreach (ChangedAssembly assembly in changed)
        {
            foreach (MethodDefinition caller in Callers(assembly.New.Module))
                Redirect(assembly, caller);
        }
        HashSet<string> names = [.. changed.Select(c => c.Name)];
        foreach (ProgramAssembly other in build.Assemblies.Where(a => !names.Contains(a.Name)))
            RefuseCallers(other);
        foreach (FieldDefinition field in _fields)
            RefuseBases(field, build, names);
    }

    /// <summary>Copies that the delta cannot make right.</summary>
    public IReadOnlyList<Failure> Refusals => _refusals;

    /// <summary>The added fields that an object can have which code of a class copies.</summary>
    public IReadOnlyList<FieldDefinition> FieldsOf(TypeDefinition type) => [.. _fields.Where(f => Related(type, f.DeclaringType))];

    private void Redirect(ChangedAssembly assembly, MethodDefinition caller)
    {
        TypeDefinition type = AssemblyModel.WrittenType(caller.DeclaringType);
        foreach (FieldDefinition field in FieldsOf(type))
        {
            // Which instantiation an object is of, only its own class's code knows.
            bool known = !field.DeclaringType.HasGenericParameters || field.DeclaringType == type;
            bool ordinary = AssemblyModel.Generated(caller.DeclaringType).Kind != GeneratedKind.StateMachine || assembly.OldOf(caller) is null || assembly.Patched.Any(p => p.New == caller);
            // A delegate on the framework's method stays one.
            bool called = caller.Body.Instructions.All(i => i.OpCode.Code != Code.Ldftn || i.Operand is not MethodReference { Name: "MemberwiseClone" });
            if (!known || !ordinary || !called)
                Refuse(assembly.NewNames.Of(caller), field, assembly.Lines.Of(caller)?.Where);
            else
                assembly.Redirect(caller);
        }
    }

    // Code of other assemblies of the program, which did not change, in classes that derive from one that did.
    private void RefuseCallers(ProgramAssembly assembly)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(assembly.Image.ToArray(), writable: false));
        foreach (MethodDefinition caller in Callers(module))
        {
            TypeDefinition type = AssemblyModel.WrittenType(caller.DeclaringType);
            TypeReference? at = type;
            while (at is not null && _elements.Definition(at is TypeDefinition ? null : at) is null)
                at = Definitions.Of(at)?.BaseType;
            if (at is null)
                continue;
            TypeDefinition known = _elements.Definition(at)!;
            foreach (FieldDefinition field in _fields.Where(f => Related(known, f.DeclaringType)))
                Refuse($"{type.FullName}.{caller.Name}", field, null);
        }
    }

    // Code of classes that a class with an added field derives from, outside of what changed.
    private void RefuseBases(FieldDefinition field, ManagedBuild build, HashSet<string> changed)
    {
        TypeReference? at = field.DeclaringType;
        while (at is not null && _elements.Definition(at) is { } own)
            at = own.BaseType;
        if (at is null or { FullName: "System.Object" })
            return;
        string scope = Definitions.AssemblyOf(at);
        ProgramAssembly? program = build.Assemblies.FirstOrDefault(a => a.Name == scope && !changed.Contains(a.Name));
        string? file = build.References.FirstOrDefault(r => string.Equals(Path.GetFileNameWithoutExtension(r), scope, StringComparison.OrdinalIgnoreCase));
        if (program is null && (file is null || IsFramework(scope)))
        {
            if (!IsFramework(scope) || CopyingFramework.Any(s => at.FullName.StartsWith(s, StringComparison.Ordinal)))
                Refuse(at.FullName, field, null);
            return;
        }
        using ModuleDefinition module = program is not null
            ? ModuleDefinition.ReadModule(new MemoryStream(program.Image.ToArray(), writable: false))
            : ModuleDefinition.ReadModule(file!, new ReaderParameters { InMemory = true });
        // A class of an assembly that has such code anywhere: who calls it is not followed. Nor are bases in yet another assembly.
        TypeDefinition? found = Definitions.Of(module.GetType(at.GetElementType().FullName));
        for (TypeReference? step = found; ; step = Definitions.Of(step)?.BaseType)
        {
            if (step is { FullName: "System.Object" })
                break;
            if (step is not TypeDefinition && (step is null || Definitions.Of(step) is null))
            {
                if (step is null || !IsFramework(Definitions.AssemblyOf(step)) || CopyingFramework.Any(s => step.FullName.StartsWith(s, StringComparison.Ordinal)))
                    Refuse(at.FullName, field, null);
                break;
            }
        }
        if (Callers(module).Any())
            Refuse(at.FullName, field, null);
    }

    private static bool IsFramework(string assembly) =>
        assembly is "System" or "mscorlib" or "netstandard" || assembly.StartsWith("System.", StringComparison.Ordinal) || assembly.StartsWith("Microsoft.", StringComparison.Ordinal);

    private void Refuse(string caller, FieldDefinition field, SourceLocation? where)
    {
        ChangedAssembly owner = _elements.AssemblyOf(field);
        _refusals.Add(ManagedDiagnostics.CopiedElsewhere.At(where ?? owner.Lines.Of(field)?.Where, caller, owner.NewNames.Of(field)));
    }

    private static IEnumerable<MethodDefinition> Callers(ModuleDefinition module) =>
        module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody && m.Body.Instructions.Any(i =>
            i.OpCode.Code is Code.Call or Code.Callvirt or Code.Ldftn && i.Operand is MethodReference { Name: "MemberwiseClone", DeclaringType.FullName: "System.Object" }));

    private bool Related(TypeDefinition a, TypeDefinition b) =>
        a == b || Definitions.Bases(a, _elements.Definition).Contains(b) || Definitions.Bases(b, _elements.Definition).Contains(a);
}
