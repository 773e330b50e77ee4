using System.Security.Cryptography;
using System.Text;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>A fingerprint of what a generated element does, whatever its name: references to other generated elements are followed into their content.
/// Equal fingerprints in two revisions mean the same lambda, local function or closure; different ones mean nothing.</summary>
internal sealed class ContentHash : IElementNaming
{
    private readonly Dictionary<IMemberDefinition, string> known = [];
    private readonly Func<IMemberDefinition, string?> matched;
    private readonly AssemblyModel model;
    private readonly MetadataText text;

    /// <param name="model">The revision.</param>
    /// <param name="matched">The common name of an element that is matched already; null for others.</param>
    public ContentHash(AssemblyModel model, Func<IMemberDefinition, string?> matched)
    {
        this.model = model;
        this.matched = matched;
        text = new MetadataText(this);
    }

    /// <summary>Text of a method's signature, generated types by kind.</summary>
    public string Signature(MethodDefinition method) => text.Signature(method);

    /// <summary>Lines of a method's body, generated elements by content.</summary>
    public List<string> Lines(MethodDefinition method) => BodyText.Of(method, text);

    /// <summary>The fields of a closure or state machine, in order, generated types by kind.</summary>
    public List<string> Fields(TypeDefinition type) => [.. type.Fields.Select(f => $"{f.Name}:{text.Type(f.FieldType)}")];

    /// <summary>The fingerprint of a generated type.</summary>
    public string Of(TypeDefinition type)
    {
        if (matched(type) is { } common) return common;
        // Closures are told apart by Content; here, inside other elements, the kind and the captured variables' names are enough.
        var name = AssemblyModel.Generated(type);
        return name.Kind switch
        {
            GeneratedKind.None => AssemblyModel.IsInGenerated(type.DeclaringType) ? $"{Of(type.DeclaringType)}/{type.Name}" : type.FullName,
            GeneratedKind.Closure => $"<closure {string.Join(',', type.Fields.Select(f => f.Name))}>",
            _ => $"<{name.Kind} {name.Member}>",
        };
    }

    /// <summary>The fingerprint of a closure: its fields and everything its lambdas do.</summary>
    public string Content(TypeDefinition closure) =>
        string.Join(';', Fields(closure)) + "{" + string.Join(';', closure.Methods.Where(m => !m.IsConstructor).Select(Of)) + "}";

    /// <inheritdoc/>
    public string Of(MethodDefinition method)
    {
        if (matched(method) is { } common) return common;
        if (AssemblyModel.Generated(method).Kind == GeneratedKind.None && !AssemblyModel.IsInGenerated(method.DeclaringType)) return MetadataNames.Key(method);
        return Known(method, () =>
        {
            var name = AssemblyModel.Generated(method);
            var machine = model.StateMachine(method);
            var content = new StringBuilder().Append(name.Kind).Append(name.Suffix).Append(text.Signature(method)).AppendJoin('\n', BodyText.Of(method, text));
            if (machine is not null)
            {
                content.AppendJoin(';', machine.Fields.Select(f => $"{GeneratedName.WithoutLocalName(f.Name)}:{text.Type(f.FieldType)}"));
                foreach (var inner in machine.Methods) content.Append(inner.Name).AppendJoin('\n', BodyText.Of(inner, text));
            }
            return content.ToString();
        });
    }

    /// <inheritdoc/>
    public string Of(FieldDefinition field)
    {
        if (matched(field) is { } common) return common;
        switch (AssemblyModel.Generated(field).Kind)
        {
            case GeneratedKind.LambdaCache: return $"<cache {(model.CachedLambda(field) is { } lambda ? Of(lambda) : field.Name)}>";
            case GeneratedKind.MethodGroupCache: return $"<cache {AssemblyModel.Generated(field).Suffix}>";
        }
        return AssemblyModel.IsInGenerated(field.DeclaringType)
            ? $"{Of(field.DeclaringType)}::{GeneratedName.WithoutLocalName(field.Name)}"
            : MetadataNames.Key(field);
    }

    private string Known(IMemberDefinition element, Func<string> content)
    {
        if (known.TryGetValue(element, out var found)) return found;
        known[element] = "<itself>";
        return known[element] = $"<{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content())))[..32]}>";
    }
}
