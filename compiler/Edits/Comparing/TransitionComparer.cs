using HotpatchBuild.Formats.PatchImages.Managed;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Refuses transition code that cannot be called as such.</summary>
internal static class TransitionComparer
{
    /// <summary>Runs the phase; behind the others: it asks which methods changed.</summary>
    public static void Run(Comparison comparison)
    {
        var seen = new HashSet<(TransitionKind, string)>();
        foreach (var code in TransitionMethod.Of(comparison.Match, comparison.Edits))
        {
            var (where, name) = (comparison.Where(code.Method), comparison.Name(code.Method));
            if (!comparison.Policy.RunsTransitionCode)
                comparison.Refuse(EditDiagnostics.TransitionNotRun, where, name);
            else if (Wrong(code, comparison.Match.New) is { } wrong)
                comparison.Refuse(EditDiagnostics.TransitionForm, where, name, wrong);
            else if (!seen.Add((code.Kind, code.Identity)))
                comparison.Refuse(EditDiagnostics.TransitionTwice, where, name, code.Identity);
        }
    }

    private static string? Wrong(TransitionMethod code, AssemblyModel model)
    {
        var method = code.Method;
        if (!method.IsStatic) return "is not static";
        if (method.HasParameters) return "has parameters";
        if (method.HasGenericParameters || IsInGeneric(method.DeclaringType)) return "is generic, or in a generic type";
        if (!method.HasBody) return "has no body";
        if (model.StateMachine(method) is not null) return "is async or an iterator: nobody would wait for its end";
        if (code.Identity.Length > ManagedIdentityLimit || code.Identity.Any(char.IsControl)) return "has an identity that is too long or has control characters";
        return code.Kind == TransitionKind.Precondition
            ? method.ReturnType.FullName is "System.Boolean" or "System.String" ? null : "returns neither bool nor string"
            : method.ReturnType.FullName == "System.Void" ? null : "returns something";
    }

    private const int ManagedIdentityLimit = 1000;

    private static bool IsInGeneric(TypeDefinition? type) => type is not null && (type.HasGenericParameters || IsInGeneric(type.DeclaringType));
}
