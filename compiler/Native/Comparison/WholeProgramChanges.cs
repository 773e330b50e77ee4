using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native.Naming;
using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Comparison;

/// <summary>
/// Tells which functions may differ although no edit reaches them. Both revisions are compiled by the same compiler from the same framework with the same
/// arguments, and ILC's output depends on nothing else (its results are the same at any parallelism); the function's IL is the same. What is left is what ILC
/// has concluded from the whole program (ILScanner.cs: which types are made, which methods are overridden and used, dictionary and vtable slots; TypePreinit.cs:
/// values of static fields). The new code is right for the new program, so it is brought and the old code is replaced like that of an edited function.
/// </summary>
/// <remarks>
/// That it is right in a process that the old program has run in until now, conclusion by conclusion:
/// <list type="bullet">
/// <item>A type is no longer made, so calls and casts do not count on it: HPB2325 refuses, whatever code has changed.</item>
/// <item>Slots of vtables, interfaces, dispatch maps, dictionaries and thread statics are other ones: each such table is a node that is compared, and a
/// difference is refused (HPB2310, HPB2311, HPB2312, HPB2319). A dictionary that only the running process has made (the type loader does, from a template)
/// cannot be compared: shared code whose generic type or method has no dictionary in the baseline's object stays refused here.</item>
/// <item>A static field holds what ILC has computed: the fields' data is compared too. But reads of a field that nothing writes are replaced by its
/// value, and the baseline may have had code that writes it, which has run. Such code is gone or edited, and refers to the fields of that type: so does
/// the code that reads it, and where both do, it stays refused.</item>
/// <item>A method is now a stub that throws because it cannot be reached, or no longer one: refused by its kind (HPB2319).</item>
/// </list>
/// After a rollback the baseline's code runs again while objects of new types may be alive. Where it would call the wrong method on them, that is refused
/// (HPB2324, HPB2326). Where ILC has left out its test for a type that the baseline never makes, it would not recognise them: so a function that
/// tests for, or makes, such a type now and did not before stays refused.
/// </remarks>
internal sealed class WholeProgramChanges
{
    private const string DictionaryPrefix = "__GenericDict_";
    private const string SharedArgument = "System___Canon";

    private readonly ObjectComparison _comparison;
    private readonly Lazy<HashSet<string>> _dictionaries;
    private readonly Lazy<HashSet<string>> _staticsOfLostCode;

    /// <param name="comparison">The objects.</param>
    /// <param name="isExplained">Whether a function differs, or is gone, because of an edit.</param>
    public WholeProgramChanges(ObjectComparison comparison, Func<string, bool> isExplained)
    {
        _comparison = comparison;
        _dictionaries = new(() =>
        [
            .. comparison.Old.Nodes.Values.Where(n => n.Kind == IlcNodeKind.Dictionary && n.Name.StartsWith(DictionaryPrefix, StringComparison.Ordinal))
                .Select(n => MangledNames.WithoutInstantiations(n.Name[DictionaryPrefix.Length..])),
        ]);
        _staticsOfLostCode = new(() =>
        [
            .. comparison.Old.Nodes.Where(n => n.Key == n.Value.Name && n.Value.Kind == IlcNodeKind.Method && !comparison.New.Nodes.ContainsKey(n.Key)).Select(n => n.Value)
                .Concat(comparison.Changed.Where(c => c.New.Kind == IlcNodeKind.Method && isExplained(c.New.Name)).Select(c => c.Old))
                .SelectMany(StaticsOf),
        ]);
    }

    /// <summary>Whether two builds can differ by nothing but the program's own code: arguments of ILC, wherever the files that they name lie.</summary>
    public static bool AreComparable(NativeBuild old, NativeBuild @new) =>
        old.IlcVersion == @new.IlcVersion && old.Frameworks.SequenceEqual(@new.Frameworks) && old.LayoutFlags.SequenceEqual(@new.LayoutFlags)
        && old.IlcArguments.Select(WithoutFolder).SequenceEqual(@new.IlcArguments.Select(WithoutFolder), StringComparer.Ordinal);

    /// <summary>Whether the new code of a function that no edit reaches may take the place of the old.</summary>
    public bool MayReplace(ChangedNode changed) =>
        changed.Old.Kind == IlcNodeKind.Method && changed.New.Kind == IlcNodeKind.Method
        && (!changed.Old.Name.Contains(SharedArgument, StringComparison.Ordinal) || HasDictionary(changed.Old.Name))
        && !StaticsOf(changed.Old).Any(_staticsOfLostCode.Value.Contains)
        && !RefersToNewType(changed.New);

    private bool RefersToNewType(IlcNode function)
    {
        foreach (IlcReference reference in _comparison.New.ReferencesOf(function))
        {
            if (_comparison.New.Nodes.TryGetValue(reference.Target, out IlcNode? target) && target.IsType
                && !(_comparison.Old.Nodes.TryGetValue(target.Name, out IlcNode? old) && (old.Kind == IlcNodeKind.ConstructedType || target.Kind == IlcNodeKind.NecessaryType)))
                return true;
        }
        return false;
    }

    // Of the method, or of the type that it stands in. The owner's name ends at one of the "__" of the symbol.
    private bool HasDictionary(string symbol)
    {
        string plain = MangledNames.WithoutInstantiations(symbol);
        if (_dictionaries.Value.Contains(plain))
            return true;
        for (int at = plain.LastIndexOf("__", StringComparison.Ordinal); at > 0; at = plain.LastIndexOf("__", at - 1, StringComparison.Ordinal))
        {
            if (_dictionaries.Value.Contains(plain[..at]))
                return true;
        }
        return false;
    }

    // The static fields that a function refers to, itself or through ILC's helpers, which initialise the type first.
    private HashSet<string> StaticsOf(IlcNode function)
    {
        var result = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Add(function);
        return result;

        void Add(IlcNode code)
        {
            foreach (IlcReference reference in _comparison.Old.ReferencesOf(code))
            {
                if (!_comparison.Old.Nodes.TryGetValue(reference.Target, out IlcNode? target))
                    continue;
                if (target.Kind is IlcNodeKind.NonGCStatics or IlcNodeKind.GCStatics or IlcNodeKind.ThreadStatics or IlcNodeKind.PreInitializedData)
                    result.Add(target.Name);
                else if (target.Kind == IlcNodeKind.Helper && seen.Add(target.Name))
                    Add(target);
            }
        }
    }

    // -r:/folder/System.Runtime.dll and -r:/other/System.Runtime.dll mean the same; that they are the same file is what the frameworks' versions say.
    private static string WithoutFolder(string argument)
    {
        int slash = argument.LastIndexOf('/');
        if (slash < 0)
            return argument;
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && colon < slash ? argument[..(colon + 1)] + argument[(slash + 1)..] : argument[(slash + 1)..];
    }
}
