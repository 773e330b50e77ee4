using System.Reflection;
using System.Runtime.Loader;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Formats.PatchImages.Managed;
using HotpatchBuild.Tests.Unit.Edits;
using Microsoft.CodeAnalysis;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>
/// Two builds of a program and the delta between them. The program can be run as it is after a switch: every method of the delta's table
/// gets the forwarder in front of its old code that the agent would give it, behind a gate that the test opens.
/// </summary>
internal sealed class LinkedDelta
{
    private const string GateType = "<gate>", GateField = "Open";

    private readonly ProgramAssembly[] _old;
    private readonly ProgramAssembly[] _new;

    private LinkedDelta(ProgramAssembly[] old, ProgramAssembly[] @new)
    {
        (_old, _new) = (old, @new);
        Result = new ManagedDeltaCompiler().Compile(Build(old), Build(@new));
        Images = [.. Result.Modules.Select(m => ManagedPatchImage.Read(m.Image.ToArray(), m.Name))];
        foreach (ManagedModule module in Result.Modules)
            ReadableSymbols.Check(module.Image.AsSpan());
        foreach (ManagedAddedAssembly added in Images.SelectMany(i => i.Added))
            ReadableSymbols.Check(added.Image.AsSpan());
    }

    /// <summary>What the compiler said.</summary>
    public ManagedDeltaResult Result { get; }

    /// <summary>The images, read again.</summary>
    public IReadOnlyList<ManagedPatchImage> Images { get; }

    /// <summary>The only image.</summary>
    public ManagedPatchImage Image => Assert.Single(Images);

    /// <summary>Links two revisions of a library of one file.</summary>
    public static LinkedDelta Of(string before, string after) => new([Compile("App", before, [])], [Compile("App", after, [])]);

    /// <summary>Links two revisions of a library that refers to the whole framework as <c>netstandard</c>.</summary>
    public static LinkedDelta OfStandard(string before, string after) => new([Standard(Compile("App", before, []))], [Standard(Compile("App", after, []))]);

    /// <summary>Links two revisions of a library of several files.</summary>
    public static LinkedDelta Of(IReadOnlyList<(string Path, string Text)> before, IReadOnlyList<(string Path, string Text)> after) =>
        new([Compile("App", before, [])], [Compile("App", after, [])]);

    /// <summary>Links two revisions of a program whose code uses a library that changes too.</summary>
    public static LinkedDelta Of(string before, string after, string libraryBefore, string libraryAfter)
    {
        ProgramAssembly[] Build(string app, string library)
        {
            ProgramAssembly built = Compile("Lib", library, []);
            return [Compile("App", app, [MetadataReference.CreateFromImage(built.Image.ToArray())]), built];
        }
        return new(Build(before, libraryBefore), Build(after, libraryAfter));
    }

    /// <summary>What stands for both builds in the images' names when a linker with this module version id makes them.</summary>
    public string IdentityUnder(Guid linker) => ManagedDeltaCompiler.IdentityOf(Build(_old), Build(_new), linker);

    /// <summary>An assembly of the baseline.</summary>
    public ProgramAssembly Baseline(string name) => _old.Single(a => a.Name == name);

    /// <summary>Runs <c>T.Before()</c> (where there is one) before the switch and <c>T.Run()</c> behind it, in the program with the delta.</summary>
    public string Patched()
    {
        Assert.Empty(Result.Refusals);
        AssemblyLoadContext context = new("patched");
        List<byte[]> images = [];
        foreach (ProgramAssembly assembly in _old)
        {
            int i = Result.Modules.ToList().FindIndex(m => m.Name == assembly.Name);
            images.Add(i < 0 ? assembly.Image.ToArray() : Gated(assembly, Images[i], Result.Modules[i].Image.ToArray()));
        }
        List<Assembly> loaded = [.. images.Select(i => context.LoadFromStream(new MemoryStream(i)))];
        foreach (ManagedModule module in Result.Modules)
            ImageLoader.Load(context, module.Image);
        foreach (ManagedAddedAssembly added in Images.SelectMany(i => i.Added))
            ImageLoader.Load(context, added.Image);
        return Run(loaded[0], () =>
        {
            foreach (Assembly assembly in loaded)
                assembly.GetType(GateType)?.GetField(GateField)!.SetValue(null, true);
        });
    }

    /// <summary>The same in the new build.</summary>
    public string Full() => Run(Load("full", _new), () => { });

    /// <summary>The same in the baseline.</summary>
    public string Unpatched() => Run(Load("old", _old), () => { });

    private static Assembly Load(string name, ProgramAssembly[] assemblies)
    {
        AssemblyLoadContext context = new(name);
        return assemblies.Select(a => context.LoadFromStream(new MemoryStream(a.Image.ToArray()))).ToArray()[0];
    }

    private static string Run(Assembly assembly, Action change)
    {
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        Type type = assembly.GetType("T", throwOnError: true)!;
        object? Call(string name) => type.GetMethod(name, Any)?.Invoke(null, null);
        Call("Before");
        change();
        object? result = Call("Run");
        if (result is Task<string> task)
            result = task.GetAwaiter().GetResult();
        return (string)result!;
    }

    private static ProgramAssembly Compile(string name, string source, IEnumerable<MetadataReference> references) => Compile(name, [($"/src/{name}.cs", source)], references);

    private static ProgramAssembly Compile(string name, IReadOnlyList<(string Path, string Text)> sources, IEnumerable<MetadataReference> references)
    {
        AssemblyRevision revision = Compiled.From(sources, name: name, references: [.. references, MetadataReference.CreateFromFile(typeof(Microsoft.CSharp.RuntimeBinder.Binder).Assembly.Location)]);
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(revision.Assembly.ToArray()));
        return new ProgramAssembly(name, module.Mvid, revision.Assembly, revision.Symbols!.Value);
    }

    // Symbols would be those of the file as the compiler wrote it.
    private static ProgramAssembly Standard(ProgramAssembly assembly)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(assembly.Image.ToArray()));
        foreach (AssemblyNameReference reference in module.AssemblyReferences)
            (reference.Name, reference.Version, reference.PublicKeyToken) = ("netstandard", new Version(2, 1, 0, 0), [0xcc, 0x7b, 0x13, 0xff, 0xcd, 0x2d, 0xdd, 0x51]);
        using MemoryStream stream = new();
        module.Write(stream);
        return new ProgramAssembly(assembly.Name, module.Mvid, stream.ToArray(), ReadOnlyMemory<byte>.Empty);
    }

    private static ManagedBuild Build(ProgramAssembly[] assemblies) => new() { Assemblies = [.. assemblies], References = [] };

    // What the agent does to a method: the gate, the call of the holder, the old code behind it.
    private static byte[] Gated(ProgramAssembly assembly, ManagedPatchImage image, byte[] patch)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(assembly.Image.ToArray()));
        using ModuleDefinition holders = ModuleDefinition.ReadModule(new MemoryStream(patch));
        TypeDefinition gate = new("", GateType, Mono.Cecil.TypeAttributes.Public, module.TypeSystem.Object);
        FieldDefinition open = new(GateField, Mono.Cecil.FieldAttributes.Public | Mono.Cecil.FieldAttributes.Static, module.TypeSystem.Boolean);
        gate.Fields.Add(open);
        // Behind the others, so that tokens stay.
        module.Types.Add(gate);
        foreach (ManagedPatchMethod method in image.Table.Methods)
        {
            var target = (MethodDefinition)module.LookupToken(method.Target);
            MethodDefinition holder = holders.Types.Single(t => t.FullName == method.HolderType).Methods.Single(m => m.Name == method.HolderMethod);
            MethodReference call = module.ImportReference(holder, target);
            if (holder.HasGenericParameters)
            {
                GenericInstanceMethod instance = new(call);
                foreach (GenericParameter parameter in target.DeclaringType.GenericParameters.Concat(target.GenericParameters))
                    instance.GenericArguments.Add(parameter);
                call = instance;
            }
            ILProcessor code = target.Body.GetILProcessor();
            Instruction original = target.Body.Instructions[0];
            code.InsertBefore(original, code.Create(OpCodes.Ldsfld, open));
            code.InsertBefore(original, code.Create(OpCodes.Brfalse, original));
            for (int i = 0; i < method.Arguments; i++)
            {
                bool isThis = target.HasThis && i == 0;
                code.InsertBefore(original, isThis ? code.Create(OpCodes.Ldarg_0) : code.Create(OpCodes.Ldarg, target.Parameters[i - (target.HasThis ? 1 : 0)]));
            }
            code.InsertBefore(original, code.Create(OpCodes.Call, call));
            code.InsertBefore(original, code.Create(OpCodes.Ret));
        }
        using MemoryStream stream = new();
        module.Write(stream);
        return stream.ToArray();
    }
}
