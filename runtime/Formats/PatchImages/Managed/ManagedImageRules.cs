using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>What must hold inside a managed patch image's table. The writer and the reader both check it.</summary>
internal static class ManagedImageRules
{
    /// <summary>Bytes of an image file.</summary>
    public const int MaximumSize = 64 << 20;

    /// <summary>UTF-8 bytes of one name.</summary>
    public const int MaximumNameSize = 0x2000;

    /// <summary>Bytes of one signature.</summary>
    public const int MaximumSignatureSize = 0x1_0000;

    /// <summary>Arguments of one method; IL numbers them with 16 bits (ECMA-335 III.3.38).</summary>
    public const int MaximumArguments = 0xFFFE;

    /// <summary>What a patch assembly's simple name begins with.</summary>
    public const string PatchPrefix = "HotpatchBuild.Patch.";

    /// <summary>What the simple name of an assembly that comes with a patch begins with.</summary>
    public const string AddedPrefix = "HotpatchBuild.Added.";

    /// <summary>Throws where the patch assembly's own name breaks a rule.</summary>
    /// <param name="name">Its simple name.</param>
    /// <param name="image">What the image is called in a failure.</param>
    public static void CheckPatchName(string name, string image)
    {
        CheckName(name, image);
        CheckPrefix(name, PatchPrefix, image);
    }

    /// <summary>Throws where a rule does not hold.</summary>
    /// <param name="table">The table.</param>
    /// <param name="image">What the image is called in a failure.</param>
    public static void Check(ManagedPatchTable table, string image)
    {
        CheckName(table.Assembly, image);
        if (table.Mvid == Guid.Empty)
            throw Inconsistent(image, "the assembly that it changes has no module version id");
        int last = ManagedTableLayout.MethodTokens;
        HashSet<(string Type, string Method)> holders = [];
        foreach (ManagedPatchMethod method in table.Methods)
        {
            CheckName(method.HolderType, image);
            CheckName(method.HolderMethod, image);
            CheckName(method.DisplayName, image);
            if (method.Target <= last || method.Target >> 24 != ManagedTableLayout.MethodTokens >> 24)
                throw Inconsistent(image, $"the token 0x{method.Target:x8} is no method, or out of order");
            last = method.Target;
            if (!holders.Add((method.HolderType, method.HolderMethod)))
                throw Inconsistent(image, $"two methods are led to {method.HolderType}.{method.HolderMethod}");
            CheckSignature(method, image);
        }
        HashSet<(TransitionKind, string)> identities = [];
        foreach (ManagedTransitionCode code in table.Transitions)
        {
            foreach (string name in (ReadOnlySpan<string>)[code.HolderType, code.HolderMethod, code.Identity, code.DisplayName])
                CheckName(name, image);
            if (!identities.Add((code.Kind, code.Identity)))
                throw Inconsistent(image, $"transition code {code.Identity} stands twice");
        }
        HashSet<string> added = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in table.Added)
        {
            CheckName(name, image);
            CheckPrefix(name, AddedPrefix, image);
            if (!added.Add(name))
                throw Inconsistent(image, $"the assembly {name} stands twice");
        }
    }

    /// <summary>The failure for a rule that does not hold.</summary>
    public static HotpatchException Inconsistent(string image, string what) => new(ManagedImageDiagnostics.Inconsistent.With(image, what));

    private static void CheckSignature(ManagedPatchMethod method, string image)
    {
        if (SignatureShape.OfMethod(method.Signature.AsSpan()) is not { } signature)
            throw Inconsistent(image, $"the signature of {method.HolderType}.{method.HolderMethod} is damaged");
        if (signature.Parameters != method.Arguments)
            throw Inconsistent(image, $"{method.HolderType}.{method.HolderMethod} has {signature.Parameters} parameters for {method.Arguments} arguments");
        int? generic = method.Instantiation.IsDefaultOrEmpty ? 0 : SignatureShape.OfInstantiation(method.Instantiation.AsSpan());
        if (generic != signature.GenericParameters)
            throw Inconsistent(image, $"the type arguments of {method.HolderType}.{method.HolderMethod} do not fit its signature");
    }

    // The name of an assembly of the program would be loaded in its place, or kept out of its place.
    private static void CheckPrefix(string name, string prefix, string image)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal) || name.Length == prefix.Length)
            throw Inconsistent(image, $"the assembly {name} has no name that begins with {prefix}");
    }

    private static void CheckName(string name, string image)
    {
        if (!Texts.IsName(name, MaximumNameSize))
            throw Inconsistent(image, "a name is empty, too long or has control characters");
    }
}
