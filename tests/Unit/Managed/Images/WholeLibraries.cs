using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Formats.PatchImages.Managed;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>Every method of a large library is redirected at once, and what comes out can be compiled by the runtime.</summary>
public class WholeLibraries
{
    [Theory]
    [InlineData("System.CommandLine")]
    [InlineData("HotpatchBuild.Compiler")]
    [InlineData("Iced")]
    [InlineData("xunit.assert")]
    public void Can_be_compiled(string name)
    {
        byte[] image = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
        ProgramAssembly old = Assembly(name, image), @new = Assembly(name, Touched(image));
        ManagedDeltaResult result = new ManagedDeltaCompiler().Compile(new() { Assemblies = [old], References = [] }, new() { Assemblies = [@new], References = [] });
        Assert.Equal([], result.Refusals.Select(r => r.ToString()));
        ManagedModule module = result.Modules.Single();
        ManagedPatchImage patch = ManagedPatchImage.Read(module.Image.ToArray(), name);

        AssemblyLoadContext context = new(name);
        Assembly loaded = context.LoadFromStream(new MemoryStream(image)), holders = context.LoadFromStream(new MemoryStream(module.Image.ToArray()));
        Assert.True(patch.Table.Methods.Length > 100);
        List<string> failures = [];
        int prepared = 0;
        foreach (MethodBase method in holders.GetTypes().SelectMany(t => t.GetMethods(All).Cast<MethodBase>().Concat(t.GetConstructors(All))))
        {
            Type[] arguments = [.. (method.DeclaringType!.GetGenericArguments()).Concat(method.IsGenericMethod ? method.GetGenericArguments() : [])];
            // Nothing that fits every constraint is known; what has none takes a class.
            if (method.IsAbstract || arguments.Any(a => a.GetGenericParameterConstraints().Length > 0 || (a.GenericParameterAttributes & System.Reflection.GenericParameterAttributes.SpecialConstraintMask) != 0))
                continue;
            try
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle, [.. arguments.Select(_ => typeof(string).TypeHandle)]);
                prepared++;
            }
            catch (Exception e) when (e is TypeLoadException or MissingMemberException or MemberAccessException or InvalidProgramException or FileLoadException or BadImageFormatException or TypeInitializationException)
            {
                failures.Add($"{method.DeclaringType}.{method.Name}: {e.GetType().Name} {e.Message}");
            }
        }
        Assert.Equal([], failures);
        Assert.True(prepared * 10 > patch.Table.Methods.Length * 8, $"{prepared} of {patch.Table.Methods.Length}");
    }

    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // An instruction that does nothing in front of every body but those that ran already.
    private static byte[] Touched(byte[] image)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(image));
        foreach (MethodDefinition method in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody && !(m.IsConstructor && m.IsStatic)))
            method.Body.Instructions.Insert(0, Instruction.Create(OpCodes.Nop));
        using MemoryStream stream = new();
        module.Write(stream);
        return stream.ToArray();
    }

    private static ProgramAssembly Assembly(string name, byte[] image)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(image));
        return new ProgramAssembly(name, module.Mvid, image, ReadOnlyMemory<byte>.Empty);
    }
}
