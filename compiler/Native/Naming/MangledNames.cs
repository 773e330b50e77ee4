using System.Text;
using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>
/// The names that ILC gives to an assembly's types and methods (NativeAotNameMangler.cs in dotnet/runtime): everything but letters, digits
/// and underscores becomes an underscore, and what is then not unique any more is numbered in the order of the metadata. So a
/// name alone does not identify a method: adding an overload in front of another one moves the number.
/// </summary>
internal sealed class MangledNames
{
    private readonly Dictionary<string, MethodDefinition> _methods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TypeDefinition> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _symbolOfKey = new(StringComparer.Ordinal);

    private MangledNames()
    {
    }

    /// <summary>What all names of the assembly begin with.</summary>
    public string AssemblyPrefix { get; private set; } = "";

    /// <summary>The methods by symbol, without instantiations.</summary>
    public IReadOnlyDictionary<string, MethodDefinition> Methods => _methods;

    /// <summary>The types by mangled name, without instantiations.</summary>
    public IReadOnlyDictionary<string, TypeDefinition> Types => _types;

    /// <summary>The same methods and types under other names.</summary>
    public MangledNames Renamed(Func<string, string> rename)
    {
        var result = new MangledNames();
        foreach ((string symbol, MethodDefinition method) in _methods)
            result._methods[rename(symbol)] = method;
        foreach ((string symbol, TypeDefinition type) in _types)
            result._types[rename(symbol)] = type;
        return result;
    }

    /// <summary>Methods and types under names that are known; for a symbol that occurs twice the first one counts.</summary>
    /// <param name="methods">The methods.</param>
    /// <param name="types">The types.</param>
    public static MangledNames From(IEnumerable<(string Symbol, MethodDefinition Method)> methods, IEnumerable<(string Symbol, TypeDefinition Type)> types)
    {
        var result = new MangledNames();
        foreach ((string symbol, MethodDefinition method) in methods)
            result._methods.TryAdd(symbol, method);
        foreach ((string symbol, TypeDefinition type) in types)
            result._types.TryAdd(symbol, type);
        return result;
    }

    /// <summary>The symbol of a method, or the mangled name of a type, by its <see cref="ElementIdentity.Key"/>; or null.</summary>
    public string? SymbolOf(string key) => _symbolOfKey.GetValueOrDefault(key);

    public static MangledNames Of(AssemblyModel model)
    {
        var result = new MangledNames();
        // "System.Private." is written "S.P.".
        string assembly = Sanitize(model.Name.StartsWith("System.Private.", StringComparison.Ordinal) ? "S.P." + model.Name[15..] : model.Name);
        var typeNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinition type in model.Types.OrderBy(t => t.MetadataToken.RID))
        {
            string typeName = $"{assembly}_{Unique(Sanitize(FullName(type)), typeNames)}";
            result.AssemblyPrefix = assembly + "_";
            result._types[typeName] = type;
            var methodNames = new HashSet<string>(StringComparer.Ordinal);
            foreach (MethodDefinition method in type.Methods.OrderBy(m => m.MetadataToken.RID))
            {
                string symbol = $"{typeName}__{Unique(Sanitize(method.Name), methodNames)}";
                result._methods[symbol] = method;
                result._symbolOfKey[MetadataNames.Key(method)] = symbol;
            }
            result._symbolOfKey[MetadataNames.Key(type)] = typeName;
        }
        return result;
    }

    /// <summary>A name without its instantiations: <c>List_1&lt;Int32&gt;__Add</c> gives <c>List_1__Add</c>.</summary>
    public static string WithoutInstantiations(string name)
    {
        if (!name.Contains('<', StringComparison.Ordinal))
            return name;
        var text = new StringBuilder(name.Length);
        int depth = 0;
        foreach (char c in name)
        {
            if (c == '<')
                depth++;
            else if (c == '>')
                depth--;
            else if (depth == 0)
                text.Append(c);
        }
        return text.ToString();
    }

    private static string FullName(TypeDefinition type)
    {
        string name = type.Namespace.Length > 0 ? $"{type.Namespace}.{type.Name}" : type.Name;
        return type.DeclaringType is { } outer ? $"{FullName(outer)}_{name}" : name;
    }

    private static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (char c in name)
        {
            if (char.IsAsciiDigit(c) && text.Length == 0)
                text.Append('_');
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }
        return text.ToString();
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        string unique = name;
        for (int i = 0; !taken.Add(unique); i++)
            unique = $"{name}_{i}";
        return unique;
    }
}
