using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Compares custom attributes by constructor and argument bytes (ECMA-335 II.23.3: the bytes hold no tokens).</summary>
internal static class AttributeComparer
{
    /// <summary>Attributes that the compiler writes for itself and for debuggers, and version numbers.</summary>
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "System.Runtime.CompilerServices.NullableAttribute", "System.Runtime.CompilerServices.NullableContextAttribute",
        "System.Runtime.CompilerServices.NullablePublicOnlyAttribute", "System.Runtime.CompilerServices.CompilerGeneratedAttribute",
        "System.Runtime.CompilerServices.AsyncStateMachineAttribute", "System.Runtime.CompilerServices.IteratorStateMachineAttribute",
        "System.Runtime.CompilerServices.AsyncIteratorStateMachineAttribute", "System.Runtime.CompilerServices.IsReadOnlyAttribute",
        "System.Runtime.CompilerServices.IsUnmanagedAttribute", "System.Runtime.CompilerServices.ScopedRefAttribute",
        "System.Runtime.CompilerServices.RefSafetyRulesAttribute", "System.Runtime.CompilerServices.TupleElementNamesAttribute",
        "System.Runtime.CompilerServices.NativeIntegerAttribute", "System.Runtime.CompilerServices.RequiresLocationAttribute",
        "System.Runtime.CompilerServices.PreserveBaseOverridesAttribute", "System.Runtime.CompilerServices.RequiredMemberAttribute",
        "System.Runtime.CompilerServices.CompilerFeatureRequiredAttribute", "System.Runtime.CompilerServices.ExtensionAttribute",
        "System.Runtime.CompilerServices.CompilationRelaxationsAttribute", "System.Runtime.CompilerServices.RuntimeCompatibilityAttribute",
        "System.Runtime.CompilerServices.DecimalConstantAttribute", "System.Runtime.CompilerServices.DateTimeConstantAttribute",
        "System.Runtime.CompilerServices.InlineArrayAttribute", "System.Runtime.CompilerServices.ModuleInitializerAttribute",
        "System.Runtime.CompilerServices.InternalsVisibleToAttribute", "System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute",
        "Microsoft.CodeAnalysis.EmbeddedAttribute", "System.ThreadStaticAttribute", "System.ObsoleteAttribute",
        "System.Diagnostics.DebuggableAttribute", "System.Diagnostics.DebuggerHiddenAttribute", "System.Diagnostics.DebuggerBrowsableAttribute",
        "System.Diagnostics.DebuggerStepThroughAttribute", "System.Diagnostics.DebuggerNonUserCodeAttribute", "System.Diagnostics.DebuggerDisplayAttribute",
        "System.CodeDom.Compiler.GeneratedCodeAttribute", "System.ComponentModel.EditorBrowsableAttribute",
        "System.Diagnostics.CodeAnalysis.SuppressMessageAttribute", "System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessageAttribute",
        "System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverageAttribute", "System.Diagnostics.CodeAnalysis.NotNullWhenAttribute",
        "System.Diagnostics.CodeAnalysis.MaybeNullWhenAttribute", "System.Diagnostics.CodeAnalysis.NotNullAttribute",
        "System.Diagnostics.CodeAnalysis.MaybeNullAttribute", "System.Diagnostics.CodeAnalysis.AllowNullAttribute",
        "System.Diagnostics.CodeAnalysis.DisallowNullAttribute", "System.Diagnostics.CodeAnalysis.NotNullIfNotNullAttribute",
        "System.Diagnostics.CodeAnalysis.MemberNotNullAttribute", "System.Diagnostics.CodeAnalysis.MemberNotNullWhenAttribute",
        "System.Diagnostics.CodeAnalysis.DoesNotReturnAttribute", "System.Diagnostics.CodeAnalysis.DoesNotReturnIfAttribute",
        "System.Diagnostics.CodeAnalysis.SetsRequiredMembersAttribute", "System.Diagnostics.CodeAnalysis.StringSyntaxAttribute",
        "System.Security.UnverifiableCodeAttribute",
        "System.Reflection.AssemblyVersionAttribute", "System.Reflection.AssemblyFileVersionAttribute",
        "System.Reflection.AssemblyInformationalVersionAttribute", "System.Reflection.AssemblyConfigurationAttribute",
        "System.Reflection.AssemblyCompanyAttribute", "System.Reflection.AssemblyProductAttribute", "System.Reflection.AssemblyTitleAttribute",
        "System.Reflection.AssemblyCopyrightAttribute", "System.Reflection.AssemblyDescriptionAttribute",
    };

    /// <summary>What changed between two elements' attributes, as <c>+Added, -Removed</c>; null where nothing did.</summary>
    public static string? Difference(ICustomAttributeProvider old, ICustomAttributeProvider @new, MetadataText oldText, MetadataText newText)
    {
        var (before, after) = (Texts(old, oldText), Texts(@new, newText));
        // A changed argument is a removed and an added attribute of the same name.
        var removed = before.Except(after).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var added = after.Except(before).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        if (removed.Count + added.Count == 0) return null;
        return string.Join(", ", added.Where(n => !removed.Contains(n)).Select(n => $"+{n}")
            .Concat(removed.Where(n => !added.Contains(n)).Select(n => $"-{n}"))
            .Concat(added.Where(removed.Contains).Select(n => n)).Order(StringComparer.Ordinal));
    }

    /// <summary>Whether an element carries an attribute.</summary>
    public static bool Has(ICustomAttributeProvider element, string fullName) =>
        element.HasCustomAttributes && element.CustomAttributes.Any(a => a.AttributeType.FullName == fullName);

    /// <summary>The argument bytes of an attribute in hex; empty where the element does not carry it.</summary>
    public static string Arguments(ICustomAttributeProvider element, string fullName) =>
        element.HasCustomAttributes ? string.Join(',', element.CustomAttributes.Where(a => a.AttributeType.FullName == fullName).Select(a => Convert.ToHexString(a.GetBlob()))) : "";

    private static List<(string Name, string Text)> Texts(ICustomAttributeProvider element, MetadataText text) =>
        !element.HasCustomAttributes ? [] :
        [.. element.CustomAttributes.Where(a => !Ignored.Contains(a.AttributeType.FullName))
            .Select(a => (ShortName(a.AttributeType.Name), $"{text.Method(a.Constructor)} {Convert.ToHexString(a.GetBlob())}"))];

    private static string ShortName(string name) => name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^9] : name;
}
