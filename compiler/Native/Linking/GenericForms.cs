using HotpatchBuild.Compiler.Native.Naming;
using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>Which generic types share their code: those that differ in reference types only (TypeDesc.ConvertToCanonForm of ILC's type system).</summary>
internal sealed class GenericForms(IlcObject @object)
{
    private const string MethodTablePrefix = "_ZTV";

    // A value type's MethodTable is that of its boxed form.
    private const string BoxedPrefix = "Boxed_";

    private readonly Dictionary<string, string?> _forms = new(StringComparer.Ordinal);

    /// <summary>A text that all types with the same shared code have in common; null for a type whose code is its own, and for what is no generic type.</summary>
    /// <param name="symbol">Symbol of its MethodTable.</param>
    public string? SharedFormOf(string symbol)
    {
        if (_forms.TryGetValue(symbol, out string? known))
            return known;
        _forms[symbol] = null; // a type that is its own argument cannot be laid out; this only ends the search
        return _forms[symbol] = Find(symbol);
    }

    private string? Find(string symbol)
    {
        if (!@object.Nodes.TryGetValue(symbol, out IlcNode? type) || !type.IsType || type.Kind == IlcNodeKind.StaticsType)
            return null;
        string definition = MangledNames.WithoutInstantiations(NameOf(symbol));
        bool isShared = false;
        List<string> arguments = [];
        foreach (string argument in ArgumentsOf(type, definition))
        {
            string name = NameOf(argument);
            string? form = name.StartsWith(BoxedPrefix, StringComparison.Ordinal) ? SharedFormOf(argument) : "*";
            arguments.Add(form ?? name);
            isShared |= form is not null;
        }
        return isShared ? $"{definition}<{string.Join(',', arguments)}>" : null;
    }

    // In the tail of an instantiation's MethodTable stand its definition and then its only argument, or the list of its arguments
    // (EETypeNode.cs, OutputGenericInstantiationDetails).
    private IEnumerable<string> ArgumentsOf(IlcNode type, string definition)
    {
        IlcReference[] references = @object.ReferencesOf(type).ToArray();
        int at = Array.FindIndex(references, r => r.Kind == IlcReferenceKind.Relative32 && NameOf(r.Target) == definition && r.Target != type.Name);
        if (at < 0 || at + 1 >= references.Length || !@object.Nodes.TryGetValue(references[at + 1].Target, out IlcNode? next))
            return [];
        return next.Kind == IlcNodeKind.GenericComposition ? @object.ReferencesOf(next).ToArray().Select(r => r.Target) : next.IsType ? [next.Name] : [];
    }

    private static string NameOf(string symbol) =>
        symbol.StartsWith(MethodTablePrefix, StringComparison.Ordinal) ? symbol.AsSpan(MethodTablePrefix.Length).TrimStart("0123456789").ToString() : symbol;
}
