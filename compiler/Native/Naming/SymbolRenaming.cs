using System.Globalization;
using System.Text;
using HotpatchBuild.Compiler.Edits;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>
/// Gives the new object file's types and methods the names that the same types and methods have in the baseline. Where a new one has taken
/// over the name of another, it gets a name that the baseline cannot have. Names stand inside other names (those of
/// MethodTables, dictionaries, helpers, instantiations), so they are looked for everywhere in a symbol.
/// </summary>
internal sealed class SymbolRenaming
{
    /// <summary>Leaves every name as it is.</summary>
    public static readonly SymbolRenaming None = new();

    private const string Added = "@added";
    private const string MethodTablePrefix = "_ZTV";

    private readonly List<RenamedAssembly> _assemblies = [];
    private readonly Dictionary<string, string> _applied = new(StringComparer.Ordinal);

    private SymbolRenaming()
    {
    }

    /// <summary>True when no name changes.</summary>
    public bool IsIdentity => _assemblies.Count == 0;

    /// <param name="assemblies">For every assembly of the program that differs: its names in both revisions, and which element is which.</param>
    public static SymbolRenaming Of(IEnumerable<(MangledNames Old, MangledNames New, ElementMap Elements)> assemblies)
    {
        var result = new SymbolRenaming();
        foreach ((MangledNames old, MangledNames @new, ElementMap elements) in assemblies)
        {
            if (RenamedAssembly.Of(old, @new, elements) is { } assembly)
                result._assemblies.Add(assembly);
        }
        return result;
    }

    /// <summary>The name in terms of the baseline.</summary>
    public string Apply(string name)
    {
        if (IsIdentity)
            return name;
        if (!_applied.TryGetValue(name, out string? renamed))
        {
            renamed = name;
            foreach (RenamedAssembly assembly in _assemblies)
                renamed = assembly.Apply(renamed);
            _applied[name] = renamed = WithLength(name, renamed);
        }
        return renamed;
    }

    // A MethodTable's name says how long the type's is (Itanium C++ ABI, 5.1.5.1).
    private static string WithLength(string name, string renamed)
    {
        if (name.Length == renamed.Length || !name.StartsWith(MethodTablePrefix, StringComparison.Ordinal))
            return renamed;
        ReadOnlySpan<char> rest = renamed.AsSpan(MethodTablePrefix.Length).TrimStart("0123456789");
        ReadOnlySpan<char> digits = renamed.AsSpan(MethodTablePrefix.Length, renamed.Length - MethodTablePrefix.Length - rest.Length);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out int length)
            ? string.Create(CultureInfo.InvariantCulture, $"{MethodTablePrefix}{length + renamed.Length - name.Length}{rest}")
            : renamed;
    }

    // The names of one assembly: the mangled name of each type, then that of each method behind its type's.
    private sealed class RenamedAssembly(string prefix)
    {
        private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Dictionary<string, string>> _methods = new(StringComparer.Ordinal);

        public static RenamedAssembly? Of(MangledNames old, MangledNames @new, ElementMap elements)
        {
            var result = new RenamedAssembly(@new.AssemblyPrefix);
            bool changes = false;
            foreach ((string name, Mono.Cecil.TypeDefinition type) in @new.Types)
            {
                string? before = elements.OldOf(MetadataNames.Key(type)) is { } key ? old.SymbolOf(key) : null;
                string typeName = before ?? (old.Types.ContainsKey(name) ? name + Added : name);
                changes |= typeName != name;
                result._types[name] = typeName;
                result._methods[name] = new(StringComparer.Ordinal);
            }
            foreach ((string symbol, Mono.Cecil.MethodDefinition method) in @new.Methods)
            {
                string type = @new.SymbolOf(MetadataNames.Key(method.DeclaringType))!, oldType = result._types[type];
                string own = symbol[(type.Length + 2)..];
                string? before = elements.OldOf(MetadataNames.Key(method)) is { } key ? old.SymbolOf(key) : null;
                string name = before is not null && before.StartsWith(oldType + "__", StringComparison.Ordinal) ? before[(oldType.Length + 2)..]
                    : before is null && old.Methods.ContainsKey($"{oldType}__{own}") ? own + Added
                    : own;
                changes |= name != own;
                result._methods[type][own] = name;
            }
            return changes ? result : null;
        }

        public string Apply(string name)
        {
            int at = name.IndexOf(prefix, StringComparison.Ordinal);
            if (at < 0)
                return name;
            var text = new StringBuilder(name.Length + 16);
            int copied = 0;
            for (; at >= 0; at = name.IndexOf(prefix, at, StringComparison.Ordinal))
            {
                if (Longest(name, at, _types) is not { } type)
                {
                    at++;
                    continue;
                }
                text.Append(name, copied, at - copied).Append(_types[type]);
                int end = at + type.Length;
                // Type<arguments>__Method: the arguments are names too.
                int afterArguments = EndOfArguments(name, end);
                if (string.CompareOrdinal(name, afterArguments, "__", 0, 2) == 0 && Longest(name, afterArguments + 2, _methods[type]) is { } method)
                {
                    text.Append(afterArguments > end ? Apply(name[end..afterArguments]) : "").Append("__").Append(_methods[type][method]);
                    end = afterArguments + 2 + method.Length;
                }
                copied = at = end;
            }
            return text.Append(name, copied, name.Length - copied).ToString();
        }

        // The longest of some names that stands at a place as a whole.
        private static string? Longest(string name, int at, Dictionary<string, string> known)
        {
            var lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
            int end = at;
            while (end < name.Length && (char.IsAsciiLetterOrDigit(name[end]) || name[end] == '_'))
                end++;
            for (; end > at; end--)
            {
                bool whole = end == name.Length || !char.IsAsciiLetterOrDigit(name[end]);
                if (whole && lookup.TryGetValue(name.AsSpan(at, end - at), out string? actual, out _))
                    return actual;
            }
            return null;
        }

        private static int EndOfArguments(string name, int at)
        {
            if (at >= name.Length || name[at] != '<')
                return at;
            int depth = 0;
            for (int i = at; i < name.Length; i++)
            {
                depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
                if (depth == 0)
                    return i + 1;
            }
            return at;
        }
    }
}
