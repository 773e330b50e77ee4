using System.Text.RegularExpressions;
using HotpatchBuild.Compiler.Edits;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>
/// Gives the new object file's methods the names that the same methods have in the baseline. Where a new method has taken over
/// the name of another one, it gets a name that the baseline cannot have.
/// </summary>
internal sealed partial class SymbolRenaming
{
    /// <summary>Leaves every name as it is.</summary>
    public static readonly SymbolRenaming None = new();

    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);

    private SymbolRenaming()
    {
    }

    /// <summary>True when no name changes.</summary>
    public bool IsIdentity => _renamed.Count == 0;

    /// <param name="assemblies">For every assembly of the program that differs: its names in both revisions, and which element is which.</param>
    public static SymbolRenaming Of(IEnumerable<(MangledNames Old, MangledNames New, ElementMap Elements)> assemblies)
    {
        var result = new SymbolRenaming();
        foreach ((MangledNames old, MangledNames @new, ElementMap elements) in assemblies)
        {
            foreach ((string symbol, Mono.Cecil.MethodDefinition method) in @new.Methods)
            {
                string? before = elements.OldOf(MetadataNames.Key(method)) is { } key ? old.SymbolOf(key) : null;
                if (before is null && old.Methods.ContainsKey(symbol))
                    result._renamed[symbol] = symbol + "@added";
                else if (before is not null && before != symbol)
                    result._renamed[symbol] = before;
            }
        }
        return result;
    }

    /// <summary>The name in terms of the baseline.</summary>
    public string Apply(string name)
    {
        if (_renamed.Count == 0)
            return name;
        Match prefix = OwnedPrefix().Match(name);
        string rest = name[prefix.Length..];
        return _renamed.TryGetValue(MangledNames.WithoutInstantiations(rest), out string? renamed)
            ? prefix.Value + WithMethod(rest, renamed)
            : name;
    }

    // What ILC derives from a method's name: its LSDAs, tables, constants, stubs and dictionary.
    [GeneratedRegex(@"^(_lsda\d+|__ehinfo_|__readonlydata_|_associatedData_|unbox_|__fatpointer_|__GenericDict_)?")]
    private static partial Regex OwnedPrefix();

    // The instantiation of the type stands in the middle, that of the method at the end: Type<…>__Method<…>.
    private static string WithMethod(string name, string renamed)
    {
        int end = name.Length;
        if (name.EndsWith('>'))
        {
            int depth = 0;
            for (end = name.Length - 1; end >= 0; end--)
            {
                depth += name[end] == '>' ? 1 : name[end] == '<' ? -1 : 0;
                if (depth == 0)
                    break;
            }
        }
        string method = name[..end], instantiation = name[end..];
        int typeEnd = method.LastIndexOf('>') + 1;
        if (typeEnd == 0)
            return renamed + instantiation;
        // The type's part has as many characters outside its instantiation in both names when it is the same type.
        int plain = MangledNames.WithoutInstantiations(method[..typeEnd]).Length;
        return method[..typeEnd] + renamed[Math.Min(plain, renamed.Length)..] + instantiation;
    }
}
