using System.Text.RegularExpressions;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Native.Linking;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>What symbols are called in C#, and where they stand in the sources of the new revision.</summary>
/// <param name="assemblies">The program's own assemblies of the new revision, then of the baseline.</param>
/// <param name="lasting">Mangled names of types whose static fields a later patch goes on with: their names say what they are.</param>
internal sealed partial class SymbolNames(IReadOnlyList<(AssemblyModel Model, MangledNames Names)> assemblies, IReadOnlySet<string>? lasting = null) : INativeNames
{
    public string DisplayNameOf(string symbol) => FindMethod(symbol) is var (model, method) ? new DisplayNames(model).Of(method) : Readable(symbol);

    public string TypeNameOf(string symbol) => FindType(symbol) is var (model, type) ? new DisplayNames(model).Of(type) : Readable(symbol);

    public bool IsConcreteClass(string symbol) => FindType(symbol) is var (_, type) && type is { IsAbstract: false, IsInterface: false };

    /// <summary>Whether a type of the program stands in its sources under its own name.</summary>
    public bool IsWrittenType(string symbol) => FindType(symbol) is var (_, type) && !AssemblyModel.IsInGenerated(type);

    /// <summary>Which static fields of new types a later patch may go on with; without it none but those of <c>lasting</c>.</summary>
    public StaticsLayout? Statics { get; init; }

    public string? StaticsLayoutOf(string symbol)
    {
        string type = WithoutDataPrefix(symbol);
        if (lasting is not null && lasting.Contains(MangledNames.WithoutInstantiations(type)))
            return type;
        // An instance of a generic type may be one over a new type.
        return !symbol.Contains('<', StringComparison.Ordinal) && FindType(symbol) is var (model, written) ? Statics?.Of(model, written) : null;
    }

    public SourceLocation? SourceOf(string symbol) => LinesOf(symbol)?.Where;

    /// <summary>The lines of a method, or null.</summary>
    public SourceLines? LinesOf(string symbol)
    {
        if (FindMethod(symbol) is var (model, method))
            return model.Source.OfMethod(method.MetadataToken.ToInt32());
        if (FindType(symbol) is var (owner, type))
            return type.Methods.Select(m => owner.Source.OfMethod(m.MetadataToken.ToInt32())).FirstOrDefault(l => l is not null);
        return null;
    }

    /// <summary>The method of one of the program's own assemblies that a symbol stands for, or null.</summary>
    public (AssemblyModel Model, MethodDefinition Method)? FindMethod(string symbol)
    {
        string plain = MangledNames.WithoutInstantiations(symbol);
        foreach ((AssemblyModel model, MangledNames names) in assemblies)
        {
            if (names.Methods.TryGetValue(plain, out MethodDefinition? method))
                return (model, method);
        }
        return null;
    }

    private (AssemblyModel Model, TypeDefinition Type)? FindType(string symbol)
    {
        string plain = MangledNames.WithoutInstantiations(WithoutDataPrefix(symbol));
        foreach ((AssemblyModel model, MangledNames names) in assemblies)
        {
            if (names.Types.TryGetValue(plain, out TypeDefinition? type))
                return (model, type);
        }
        return null;
    }

    // _ZTV and a length (Itanium C++ ABI) for a MethodTable, a word for everything else.
    private static string WithoutDataPrefix(string symbol)
    {
        string rest = symbol;
        foreach (string prefix in (ReadOnlySpan<string>)["__SealedVTable_", "__optionalfields_", "__InterfaceDispatchMap_", "__writableData", "__GCSTATICS", "__NONGCSTATICS", "__THREADSTATICS", "__TypeThreadStaticIndex", "__GenericDict_", "__RuntimeType_", "_ZTV"])
        {
            if (rest.StartsWith(prefix, StringComparison.Ordinal))
                rest = rest[prefix.Length..];
        }
        rest = rest.TrimStart("0123456789").ToString();
        return rest.StartsWith("Boxed_", StringComparison.Ordinal) ? rest[6..] : rest;
    }

    private static string Readable(string symbol) =>
        EmittedAssembly().Replace(WithoutDataPrefix(symbol), "").Replace("S_P_CoreLib_", "", StringComparison.Ordinal).Replace("System___Canon", "object", StringComparison.Ordinal).Replace("__", ".", StringComparison.Ordinal);

    // The assembly of a synthetic program that an element was made in (ManagedImageRules); it says nothing to anybody.
    [GeneratedRegex("HotpatchBuild_(Patch_.+?|Added)_[0-9a-f]{16}_")]
    private static partial Regex EmittedAssembly();
}
