using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>
/// Decides about virtual and interface members that are new in types which exist. No method table has a slot for them, but nothing except new code calls them: where all that
/// overrides or implements them is known, the call can look at the object's type. What could be called through a slot that exists already is not served so.
/// </summary>
internal static class VirtualMembers
{
    // Interfaces of the framework without members that a class may leave out.
    private static readonly HashSet<string> WithoutDefaults = new(StringComparer.Ordinal)
    {
        "System.IDisposable", "System.IAsyncDisposable", "System.ICloneable", "System.IComparable", "System.IComparable`1", "System.IEquatable`1", "System.IFormattable", "System.Collections.IEnumerable",
        "System.Collections.IEnumerator", "System.Collections.IComparer", "System.Collections.IEqualityComparer", "System.Collections.Generic.IEnumerable`1", "System.Collections.Generic.IEnumerator`1",
        "System.Collections.Generic.IComparer`1", "System.Collections.Generic.IEqualityComparer`1", "System.ComponentModel.INotifyPropertyChanged",
    };

    /// <summary>Whether calls of a virtual method that is new in a class can be served.</summary>
    public static bool IsServed(MethodDefinition method, Comparison comparison)
    {
        var type = method.DeclaringType;
        if (!IsPlain(method, comparison) || type.IsInterface || type.IsValueType) return false;
        if (!method.IsNewSlot) return Root(method) is { } root && comparison.Match.OldOf(root) is null && comparison.Match.OldOf(root.DeclaringType) is not null && IsPlain(root, comparison);
        if (IsMeantElsewhere(method, comparison)) return false;
        if (Implemented(method) is not { } implemented) return false;
        // What implements a member that exists is called through that one's slot.
        if (implemented.Any(m => comparison.Match.OldOf(m) is not null)) return false;
        if (method.IsFinal || method.HasOverrides) return implemented.Count > 0 && implemented.TrueForAll(m => IsServedInterface(m, comparison));
        // Each class that is not abstract has a body for an abstract one, or the compiler would not have taken it.
        return !(method.IsAbstract && comparison.IsVisibleOutside(type)) && implemented.TrueForAll(m => IsServedInterface(m, comparison));
    }

    /// <summary>Whether calls of a member that is new in an interface can be served.</summary>
    public static bool IsServedInterface(MethodDefinition method, Comparison comparison)
    {
        var type = method.DeclaringType;
        if (!IsPlain(method, comparison) || comparison.IsVisibleOutside(type) || method.HasOverrides || !(method.IsAbstract || method.HasBody) || method.IsFinal) return false;
        foreach (var implementing in comparison.Match.New.Types.Where(t => t.Interfaces.Any(i => Definitions.Of(i.InterfaceType) == type)))
        {
            // Interfaces that derive from it could give it a body; structs are called without a box; an inherited method has no code of the class's own.
            if (implementing.IsInterface || implementing.IsValueType || implementing.HasGenericParameters) return false;
            if (comparison.Match.OldOf(implementing) is not null && Implementation(method, implementing) is { } existing && comparison.Match.OldOf(existing) is not null) return false;
            if (Implementation(method, implementing) is null && (Inherits(method, implementing) || (method.IsAbstract && !implementing.IsAbstract))) return false;
        }
        return true;
    }

    /// <summary>Whether an interface of another assembly may have members of which classes do not have implementations of their own.</summary>
    public static bool MayHaveDefaults(TypeReference type) => !WithoutDefaults.Contains(type.GetElementType().FullName);

    /// <summary>The method that a virtual one without a slot of its own overrides first; null where another assembly has it.</summary>
    public static MethodDefinition? Root(MethodDefinition method)
    {
        if (method.IsNewSlot) return method;
        for (var type = Definitions.Of(method.DeclaringType.BaseType); type is not null; type = Definitions.Of(type.BaseType))
            if (type.Methods.FirstOrDefault(m => m.IsVirtual && IsSame(m, method)) is { } above) return Root(above);
        return null;
    }

    /// <summary>The method of a class with which it implements a member of an interface itself, explicitly or by name; null where it has none.</summary>
    public static MethodDefinition? Implementation(MethodDefinition member, TypeDefinition type) =>
        type.Methods.FirstOrDefault(m => m.Overrides.Any(o => Definitions.Of(o) == member)) ?? type.Methods.FirstOrDefault(m => m is { IsVirtual: true, HasOverrides: false } && IsSame(m, member));

    /// <summary>Whether a class that has no implementation of its own may inherit one from a base that does not know the interface. It implements the member, and nothing names it so.</summary>
    private static bool Inherits(MethodDefinition member, TypeDefinition type)
    {
        for (var at = type.BaseType; at is { FullName: not "System.Object" }; at = Definitions.Of(at)!.BaseType)
        {
            if (Definitions.Of(at) is not { } above || above.Methods.Any(m => m.IsVirtual && IsSame(m, member))) return true;
            if (above.Interfaces.Any(i => Definitions.Of(i.InterfaceType) == member.DeclaringType)) return false;
        }
        return false;
    }

    /// <summary>Whether a virtual method that is new is more than its slot: an override with another return type is told by a name only, and a class that derives from its type
    /// may implement by it what it has inherited or got from an interface until now.</summary>
    private static bool IsMeantElsewhere(MethodDefinition method, Comparison comparison)
    {
        var types = comparison.Match.New.Types;
        if (method.Overrides.Any(o => Definitions.Of(o.DeclaringType) is not { IsInterface: true }) || types.SelectMany(t => t.Methods).Any(m => m.HasOverrides && m.Overrides.Any(o => !method.DeclaringType.IsInterface && Definitions.Of(o) == method))) return true;
        foreach (var derived in types.Where(t => Definitions.Bases(t).Contains(method.DeclaringType)))
        {
            foreach (var implemented in derived.Interfaces.Select(i => i.InterfaceType))
            {
                if (Definitions.Of(implemented) is not { } own)
                {
                    if (MayHaveDefaults(implemented)) return true;
                }
                else if (own.Methods.Any(m => IsSame(m, method) && !(Implementation(m, derived) is { } known && comparison.Match.OldOf(known) is not null)))
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>The members of its type's interfaces that a method implements; null where an interface of another assembly may have such a member.</summary>
    private static List<MethodDefinition>? Implemented(MethodDefinition method)
    {
        var found = method.Overrides.Select(Definitions.Of).ToList();
        if (found.Contains(null)) return null;
        if (method.HasOverrides) return found!;
        for (TypeDefinition? type = method.DeclaringType; type is not null; type = Definitions.Of(type.BaseType))
        {
            foreach (var implemented in type.Interfaces.Select(i => i.InterfaceType))
            {
                if (Definitions.Of(implemented) is { } own) found.AddRange(own.Methods.Where(m => IsSame(m, method)));
                else if (MayHaveDefaults(implemented)) return null;
            }
        }
        return found!;
    }

    // Type parameters would have to be found out from the object.
    private static bool IsPlain(MethodDefinition method, Comparison comparison) =>
        comparison.Policy.TestsTypesForVirtuals && !method.IsStatic && !method.HasGenericParameters && !method.DeclaringType.HasGenericParameters && !method.ReturnType.IsByReference;

    private static bool IsSame(MethodDefinition a, MethodDefinition b) => a.Name == b.Name && MetadataText.Raw.Signature(a) == MetadataText.Raw.Signature(b);
}
