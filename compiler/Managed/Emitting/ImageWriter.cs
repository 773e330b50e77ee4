using System.Security.Cryptography;
using HotpatchBuild.Compiler.Managed.Linking;
using HotpatchBuild.Formats.PatchImages.Managed;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Names and writes emitted assemblies. Equal input gives equal bytes.</summary>
internal static class ImageWriter
{
    private const string AccessNamespace = "System.Runtime.CompilerServices", AccessName = "IgnoresAccessChecksToAttribute";

    /// <summary>Names the assemblies with added types and fields by their content, so that a later delta finds them again. Where they came from is not part of
    /// the content: line numbers move with every edit.</summary>
    /// <param name="added">The assemblies with added types and fields.</param>
    /// <param name="patches">The patch assemblies.</param>
    public static void NameByContent(IReadOnlyList<EmittedModule> added, IReadOnlySet<EmittedModule> patches)
    {
        HashSet<EmittedModule> all = [.. added];
        // What an assembly refers to is named before it; a circle is named as a whole.
        foreach (List<EmittedModule> circle in Circles.Of(added, m => m.Uses.Where(all.Contains)))
        {
            List<byte[]> contents = [];
            for (int i = 0; i < circle.Count; i++)
                circle[i].Rename($"{ManagedPatchTableWriter.AddedPrefix}{i:x16}");
            foreach (EmittedModule module in circle)
            {
                module.RefreshReferences();
                // A value lives on when the next delta comes, though that has a patch assembly of another name.
                if (module.KeepsState)
                    module.HideDelta(patches);
                contents.Add(SHA256.HashData(Write(module, symbols: false)));
            }
            byte[] whole = SHA256.HashData([.. contents.Order(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).SelectMany(c => c)]);
            foreach ((EmittedModule module, byte[] content) in circle.Zip(contents))
                module.Rename($"{ManagedPatchTableWriter.AddedPrefix}{Convert.ToHexStringLower(SHA256.HashData([.. content, .. whole]).AsSpan(0, 8))}");
        }
    }

    /// <summary>Writes an assembly with its symbols inside.</summary>
    public static byte[] Write(EmittedModule module)
    {
        module.RefreshReferences();
        // Mono.Cecil gives symbols without a single line no row for any method, and who asks for a method's row then (ILC does, without looking) reads out of bounds.
        return Write(module, symbols: module.Module.GetTypes().SelectMany(t => t.Methods).Any(m => m.DebugInformation.HasSequencePoints));
    }

    private static byte[] Write(EmittedModule module, bool symbols)
    {
        AllowAccess(module);
        using MemoryStream stream = new();
        module.Module.Write(stream, new WriterParameters
        {
            DeterministicMvid = true, Timestamp = 0, WriteSymbols = symbols, SymbolWriterProvider = symbols ? new EmbeddedSymbols() : null,
        });
        return stream.ToArray();
    }

    // CoreCLR looks for the attribute by its name, in whatever assembly it is defined (FriendAssemblyDescriptor in src/coreclr/vm/assembly.cpp).
    private static void AllowAccess(EmittedModule module)
    {
        TypeDefinition attribute = module.Module.GetType(AccessNamespace, AccessName) ?? DefineAttribute(module);
        foreach (CustomAttribute before in module.Assembly.CustomAttributes.Where(a => a.AttributeType == attribute).ToArray())
            module.Assembly.CustomAttributes.Remove(before);
        // Protected members that code used through its base class live where the references are forwarded to.
        foreach (string name in Facades.WithImplementations(module.Module.AssemblyReferences.Select(r => r.Name)))
            module.Assembly.CustomAttributes.Add(new CustomAttribute(attribute.Methods[0]) { ConstructorArguments = { new CustomAttributeArgument(module.Module.TypeSystem.String, name) } });
    }

    private static TypeDefinition DefineAttribute(EmittedModule module)
    {
        TypeReference parent = module.Core("System", "Attribute");
        TypeDefinition attribute = new(AccessNamespace, AccessName, TypeAttributes.Class | TypeAttributes.Sealed | TypeAttributes.NotPublic, parent);
        MethodDefinition constructor = new(
            ".ctor", MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, module.Module.TypeSystem.Void);
        constructor.Parameters.Add(new ParameterDefinition("assemblyName", ParameterAttributes.None, module.Module.TypeSystem.String));
        ILProcessor code = constructor.Body.GetILProcessor();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, new MethodReference(".ctor", module.Module.TypeSystem.Void, parent) { HasThis = true });
        code.Emit(OpCodes.Ret);
        attribute.Methods.Add(constructor);
        module.Module.Types.Add(attribute);
        return attribute;
    }

    /// <summary>Mono.Cecil asks for a file name that it does not use, and a stream has none.</summary>
    private sealed class EmbeddedSymbols : ISymbolWriterProvider
    {
        private readonly EmbeddedPortablePdbWriterProvider _provider = new();

        public ISymbolWriter GetSymbolWriter(ModuleDefinition module, string fileName) => _provider.GetSymbolWriter(module, module.Name);

        public ISymbolWriter GetSymbolWriter(ModuleDefinition module, Stream symbolStream) => _provider.GetSymbolWriter(module, symbolStream);
    }
}
