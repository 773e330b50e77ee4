using System.Buffers.Binary;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Naming;
using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>Base types and interfaces of the types that a patch brings, as far as the baseline's code depends on who has them.</summary>
internal sealed class TypeRelations(ObjectComparison comparison, INativeNames names, bool guardedDevirtualization)
{
    // Where ILC has seen one implementing class only, it calls that one directly (ILScanner.cs, GetImplementingClasses). With guarded
    // devirtualisation, which baselines are compiled without (see GuardedDevirtualizationOff), RyuJIT would compare with several known
    // classes one after the other and call the last without a test, for up to five (MAX_GDV_TYPE_CHECKS in src/coreclr/jit/importercalls.cpp).
    private readonly int _fewTypes = guardedDevirtualization ? 16 : 2;

    private const string HandlePrefix = "__RuntimeMethodHandle_";

    // The base type of every array, which no array's MethodTable names.
    private const string ArrayBase = "_ZTV24S_P_CoreLib_System_Array";

    private readonly Lazy<string[]> _handles = new(() =>
        [.. comparison.Old.Nodes.Keys.Where(n => n.StartsWith(HandlePrefix, StringComparison.Ordinal)).Select(n => n[HandlePrefix.Length..]).Order(StringComparer.Ordinal)]);

    private readonly Lazy<HashSet<string>> _overridden = new(() => FindOverridden(comparison.Old));

    private readonly Lazy<Dictionary<string, int>> _descendants = new(() => CountDescendants(comparison.Old));

    private readonly GenericForms _newForms = new(comparison.New);

    private readonly Lazy<HashSet<string>> _unsealed = new(() => FindUnsealed(comparison.Old));

    /// <summary>
    /// A generic virtual method that the baseline's code calls on a base type or an interface of a type, or null. Every such call loads
    /// the method's handle; the runtime then looks into tables of the baseline (GVMResolution of System.Private.TypeLoader), where a new type does not stand.
    /// </summary>
    public string? GenericVirtualMethodOn(IlcNode type)
    {
        foreach ((string name, bool isInterface) in AncestorsOf(type))
        {
            string owner = TypeName(name) + "__";
            // An interface can be called through a variant one: its arguments do not count.
            string? handle = isInterface
                ? _handles.Value.FirstOrDefault(h => MangledNames.WithoutInstantiations(h).StartsWith(MangledNames.WithoutInstantiations(owner), StringComparison.Ordinal))
                : _handles.Value.FirstOrDefault(h => h.StartsWith(owner, StringComparison.Ordinal));
            if (handle is not null)
                return handle;
        }
        return null;
    }

    /// <summary>A base type or interface that so few types of the baseline have that calls may have been compiled for just these, or null.</summary>
    /// <remarks>
    /// What an instantiation over reference types is implemented by, ILC does not count, because the program can make more such types at run time
    /// (ILScanner.cs, CanAssumeWholeProgramViewOnTypeUse). A class of which that is true can still be taken for sealed, all its
    /// instantiations with the same code together (IsEffectivelySealed of a type, _unsealedTypes).
    /// </remarks>
    public string? CountedAncestorOf(IlcNode type)
    {
        foreach ((string name, bool isInterface) in AncestorsOf(type))
        {
            if (!comparison.Old.Nodes.TryGetValue(name, out IlcNode? ancestor))
                continue;
            bool isCounted = _newForms.SharedFormOf(name) is not { } form ? Implementations(ancestor) < _fewTypes : !isInterface && !_unsealed.Value.Contains(form);
            if (isCounted)
                return name;
        }
        return null;
    }

    /// <summary>
    /// A method of a base type that the type overrides, and that no type of the baseline overrides, or null: the baseline's code may call it
    /// directly (ILScanner.cs, IsEffectivelySealed of a method).
    /// </summary>
    public string? FirstOverrideBy(IlcNode type)
    {
        if (Direct(comparison.New, type).Related is not { } name || !comparison.New.Nodes.TryGetValue(name, out IlcNode? parent))
            return null;
        return Overrides(comparison.New, type, parent).FirstOrDefault(method => comparison.Old.Nodes.ContainsKey(method) && !_overridden.Value.Contains(method));
    }

    private static HashSet<string> FindOverridden(IlcObject @object)
    {
        var result = new HashSet<string>(StringComparer.Ordinal);
        foreach (IlcNode type in @object.Nodes.Values.Distinct().Where(n => n.Kind == IlcNodeKind.ConstructedType))
        {
            if (Direct(@object, type).Related is { } name && @object.Nodes.TryGetValue(name, out IlcNode? parent))
                result.UnionWith(Overrides(@object, type, parent));
        }
        return result;
    }

    private static HashSet<string> FindUnsealed(IlcObject @object)
    {
        var result = new HashSet<string>(StringComparer.Ordinal);
        var forms = new GenericForms(@object);
        foreach (IlcNode type in @object.Nodes.Values.Distinct().Where(n => n.Kind == IlcNodeKind.ConstructedType))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (string? at = Direct(@object, type).Related; at is not null && seen.Add(at); at = @object.Nodes.TryGetValue(at, out IlcNode? parent) ? Direct(@object, parent).Related : null)
            {
                if (forms.SharedFormOf(at) is { } form)
                    result.Add(form);
            }
        }
        return result;
    }

    // The parent's methods whose slots hold something else in the type.
    private static IEnumerable<string> Overrides(IlcObject @object, IlcNode type, IlcNode parent)
    {
        Dictionary<int, string> own = Slots(@object, type);
        return Slots(@object, parent).Where(slot => own.TryGetValue(slot.Key, out string? target) && target != slot.Value).Select(slot => slot.Value);
    }

    private static Dictionary<int, string> Slots(IlcObject @object, IlcNode type)
    {
        var slots = new Dictionary<int, string>();
        if (!type.IsType || type.Kind == IlcNodeKind.StaticsType)
            return slots;
        int end = MethodTableLayout.SlotsOffset + MethodTableLayout.PointerSize
            * BinaryPrimitives.ReadUInt16LittleEndian(@object.BytesOf(type).AsSpan((int)type.Prefix)[MethodTableLayout.SlotCountOffset..]);
        foreach (IlcReference reference in @object.ReferencesOf(type))
        {
            int at = (int)reference.Offset - (int)type.Prefix;
            if (at >= MethodTableLayout.SlotsOffset && at < end)
                slots[at] = reference.Target;
        }
        return slots;
    }

    // A class counts itself where it is known that there can be objects of just it; of the framework's classes that is not known here.
    private int Implementations(IlcNode ancestor) =>
        _descendants.Value.GetValueOrDefault(ancestor.Name) + (ancestor.Kind == IlcNodeKind.ConstructedType && names.IsConcreteClass(ancestor.Name) ? 1 : 0);

    private IEnumerable<(string Name, bool IsInterface)> AncestorsOf(IlcNode type)
    {
        List<(string, bool)> result = [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (IlcNode? at = type; at is not null && seen.Add(at.Name);)
        {
            (string? related, List<string> interfaces) = Direct(comparison.New, at);
            result.AddRange(interfaces.Select(i => (i, true)));
            if (related is not null)
                result.Add((related, false));
            at = related is null ? null : comparison.New.Nodes.GetValueOrDefault(related);
        }
        return result;
    }

    private static Dictionary<string, int> CountDescendants(IlcObject @object)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (IlcNode type in @object.Nodes.Values.Distinct().Where(n => n.Kind == IlcNodeKind.ConstructedType))
        {
            // All of its interfaces stand in a type's list, those of its base types too; the base types of the base types do not.
            (string? related, List<string> interfaces) = Direct(@object, type);
            var seen = new HashSet<string>(interfaces, StringComparer.Ordinal);
            while (related is not null && seen.Add(related) && @object.Nodes.TryGetValue(related, out IlcNode? parent) && parent.IsType)
                related = Direct(@object, parent).Related;
            foreach (string ancestor in seen)
                counts[ancestor] = counts.GetValueOrDefault(ancestor) + 1;
        }
        return counts;
    }

    // The base type and all interfaces.
    private static (string? Related, List<string> Interfaces) Direct(IlcObject @object, IlcNode type)
    {
        List<string> interfaces = [];
        string? related = null;
        if (!type.IsType || type.Kind == IlcNodeKind.StaticsType)
            return (related, interfaces);
        ReadOnlySpan<byte> table = @object.BytesOf(type).AsSpan((int)type.Prefix);
        int first = MethodTableLayout.SlotsOffset + MethodTableLayout.PointerSize * BinaryPrimitives.ReadUInt16LittleEndian(table[MethodTableLayout.SlotCountOffset..]);
        int end = MethodTableLayout.TailOffset(table);
        bool isParameterized = (BinaryPrimitives.ReadUInt32LittleEndian(table[MethodTableLayout.FlagsOffset..]) & MethodTableLayout.KindMask) == MethodTableLayout.ParameterizedKind;
        foreach (IlcReference reference in @object.ReferencesOf(type))
        {
            long at = (long)reference.Offset - type.Prefix;
            if (at == MethodTableLayout.RelatedTypeOffset)
                related = isParameterized ? ArrayBase : reference.Target;
            else if (at >= first && at < end)
                interfaces.Add(reference.Target);
        }
        return (related, interfaces);
    }

    // _ZTV and the length of the name (Itanium C++ ABI).
    private static string TypeName(string symbol) =>
        symbol.StartsWith("_ZTV", StringComparison.Ordinal) ? symbol.AsSpan(4).TrimStart("0123456789").ToString() : symbol;
}
