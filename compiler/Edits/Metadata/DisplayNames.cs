using System.Globalization;
using System.Text;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Names as a C# developer writes them.</summary>
internal sealed class DisplayNames(AssemblyModel model)
{
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["System.Boolean"] = "bool", ["System.Byte"] = "byte", ["System.SByte"] = "sbyte", ["System.Char"] = "char", ["System.Decimal"] = "decimal",
        ["System.Double"] = "double", ["System.Single"] = "float", ["System.Int32"] = "int", ["System.UInt32"] = "uint", ["System.Int64"] = "long",
        ["System.UInt64"] = "ulong", ["System.Int16"] = "short", ["System.UInt16"] = "ushort", ["System.IntPtr"] = "nint", ["System.UIntPtr"] = "nuint",
        ["System.Object"] = "object", ["System.String"] = "string", ["System.Void"] = "void",
    };

    private static readonly Dictionary<string, string> Operators = new(StringComparer.Ordinal)
    {
        ["op_Addition"] = "+", ["op_Subtraction"] = "-", ["op_Multiply"] = "*", ["op_Division"] = "/", ["op_Modulus"] = "%", ["op_ExclusiveOr"] = "^",
        ["op_BitwiseAnd"] = "&", ["op_BitwiseOr"] = "|", ["op_LeftShift"] = "<<", ["op_RightShift"] = ">>", ["op_UnsignedRightShift"] = ">>>",
        ["op_Equality"] = "==", ["op_Inequality"] = "!=", ["op_GreaterThan"] = ">", ["op_LessThan"] = "<", ["op_GreaterThanOrEqual"] = ">=",
        ["op_LessThanOrEqual"] = "<=", ["op_UnaryPlus"] = "+", ["op_UnaryNegation"] = "-", ["op_LogicalNot"] = "!", ["op_OnesComplement"] = "~",
        ["op_Increment"] = "++", ["op_Decrement"] = "--", ["op_True"] = "true", ["op_False"] = "false",
    };

    /// <summary>The name of any element.</summary>
    public string Of(IMemberDefinition element) => element switch
    {
        TypeDefinition type => OfType(type),
        MethodDefinition method => OfMethod(method),
        FieldDefinition field => OfField(field),
        PropertyDefinition property => $"{OfType(property.DeclaringType)}.{PropertyName(property)}",
        _ => $"{OfType(element.DeclaringType)}.{element.Name}",
    };

    /// <summary>A type as it stands in a parameter list.</summary>
    public static string Short(TypeReference type)
    {
        switch (type)
        {
            case GenericParameter parameter: return parameter.Name;
            case ArrayType array: return $"{Short(array.ElementType)}[{new string(',', array.Rank - 1)}]";
            case ByReferenceType reference: return $"ref {Short(reference.ElementType)}";
            case PointerType pointer: return $"{Short(pointer.ElementType)}*";
            case GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable: return $"{Short(nullable.GenericArguments[0])}?";
            case GenericInstanceType tuple when tuple.ElementType.FullName.StartsWith("System.ValueTuple`", StringComparison.Ordinal) && tuple.GenericArguments.Count > 1:
                return $"({string.Join(", ", tuple.GenericArguments.Select(Short))})";
            case GenericInstanceType instance:
                int used = 0;
                return Nested(instance.ElementType, count =>
                {
                    var own = instance.GenericArguments.Skip(used).Take(count);
                    used += count;
                    return $"<{string.Join(", ", own.Select(Short))}>";
                });
            case FunctionPointerType pointer: return $"delegate*<{string.Join(", ", pointer.Parameters.Select(p => Short(p.ParameterType)).Append(Short(pointer.ReturnType)))}>";
            case TypeSpecification specification: return Short(specification.ElementType);
            default: return Keywords.TryGetValue(type.FullName, out var keyword) ? keyword : Nested(type, count => "");
        }
    }

    /// <summary>A constant as it stands in source.</summary>
    public static string Value(object? value) => value switch
    {
        null => "null",
        string text => $"\"{(text.Length > 40 ? text[..40] + "…" : text).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)}\"",
        bool b => b ? "true" : "false",
        char c => $"'{c}'",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private string OfType(TypeDefinition type)
    {
        var name = AssemblyModel.Generated(type);
        switch (name.Kind)
        {
            case GeneratedKind.LambdaClass: return $"the lambdas of {OfType(AssemblyModel.WrittenType(type))}";
            case GeneratedKind.MethodGroupClass: return $"the method-group delegates of {OfType(AssemblyModel.WrittenType(type))}";
            case GeneratedKind.DynamicSites: return $"the dynamic call sites of {OfType(AssemblyModel.WrittenType(type))}";
            case GeneratedKind.Closure: return $"the captured variables of {Owner(type)}";
            case GeneratedKind.StateMachine when model.Kickoff(type) is { } kickoff: return $"the state machine of {OfMethod(kickoff)}";
            case GeneratedKind.AnonymousType: return $"new {{ {string.Join(", ", type.Properties.Select(p => p.Name))} }}";
        }
        var text = new StringBuilder();
        if (type.DeclaringType is { } outer) text.Append(OfType(outer)).Append('.');
        else if (type.Namespace.Length > 0) text.Append(type.Namespace).Append('.');
        text.Append(Plain(type.Name));
        var own = type.GenericParameters.Skip(type.DeclaringType?.GenericParameters.Count ?? 0).Select(p => p.Name).ToList();
        if (own.Count > 0) text.Append('<').AppendJoin(", ", own).Append('>');
        return text.ToString();
    }

    private string OfMethod(MethodDefinition method)
    {
        var name = AssemblyModel.Generated(method);
        if (name.Kind == GeneratedKind.Lambda) return $"lambda in {Owner(method)}";
        if (name.Kind == GeneratedKind.LocalFunction) return $"local function {name.Suffix} in {Owner(method)}";
        var type = method.DeclaringType;
        if (AssemblyModel.Generated(type).Kind == GeneratedKind.StateMachine && model.Kickoff(type) is { } kickoff) return OfMethod(kickoff);

        var around = OfType(type);
        var parameters = string.Join(", ", method.Parameters.Select(Parameter));
        if (method.IsConstructor) return method.IsStatic ? $"{around} static constructor" : $"{around}.{Plain(type.Name)}({parameters})";
        if (method.Name == "Finalize" && method.Parameters.Count == 0) return $"{around}.~{Plain(type.Name)}()";
        if (type.Properties.FirstOrDefault(p => p.GetMethod == method || p.SetMethod == method) is { } property)
            return $"{around}.{PropertyName(property)}.{(property.GetMethod == method ? "get" : IsInit(method) ? "init" : "set")}";
        if (type.Events.FirstOrDefault(e => e.AddMethod == method || e.RemoveMethod == method) is { } @event)
            return $"{around}.{@event.Name}.{(@event.AddMethod == method ? "add" : "remove")}";
        if (method.IsSpecialName && Operators.TryGetValue(method.Name.Replace("op_Checked", "op_", StringComparison.Ordinal), out var sign)) return $"{around}.operator {sign}({parameters})";
        if (method is { IsSpecialName: true, Name: "op_Implicit" or "op_Explicit" })
            return $"{around}.{(method.Name == "op_Implicit" ? "implicit" : "explicit")} operator {Short(method.ReturnType)}({parameters})";
        var generic = method.HasGenericParameters ? $"<{string.Join(", ", method.GenericParameters.Select(p => p.Name))}>" : "";
        return $"{around}.{method.Name}{generic}({parameters})";
    }

    private string OfField(FieldDefinition field)
    {
        var name = AssemblyModel.Generated(field);
        if (name.Kind == GeneratedKind.LambdaCache && model.CachedLambda(field) is { } lambda) return $"the cached delegate of a {OfMethod(lambda)}";
        if (name.Kind == GeneratedKind.MethodGroupCache) return $"the cached delegate of {(model.CachedMethodGroup(field) is { } group ? Definitions.Of(group) is { } own ? OfMethod(own) : $"{Short(group.DeclaringType)}.{group.Name}" : name.Suffix)}";
        return $"{OfType(field.DeclaringType)}.{FieldName(field)}";
    }

    /// <summary>The name that stands in source: of the property, event, parameter or variable that the field was made for.</summary>
    public static string FieldName(FieldDefinition field)
    {
        if (field.Name == "<>4__this") return "this";
        if (field.Name.StartsWith('<') && field.Name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end) return field.Name[1..end];
        return field.Name.StartsWith("<>3__", StringComparison.Ordinal) ? field.Name[5..] : field.Name;
    }

    private string Owner(IMemberDefinition element) =>
        model.Owners(element) is [var owner, ..] ? OfMethod(owner) : $"{OfType(AssemblyModel.WrittenType(element.DeclaringType))}.{AssemblyModel.Generated(element).Member}";

    private static string PropertyName(PropertyDefinition property) =>
        property.HasParameters ? $"this[{string.Join(", ", property.Parameters.Select(p => Short(p.ParameterType)))}]" : property.Name;

    private static bool IsInit(MethodDefinition setter) =>
        setter.ReturnType is RequiredModifierType { ModifierType.FullName: "System.Runtime.CompilerServices.IsExternalInit" };

    private static string Parameter(ParameterDefinition parameter)
    {
        if (parameter.ParameterType is not ByReferenceType reference) return Short(parameter.ParameterType);
        return $"{(parameter.IsOut ? "out" : parameter.IsIn ? "in" : "ref")} {Short(reference.ElementType)}";
    }

    private static string Nested(TypeReference type, Func<int, string> arguments)
    {
        var outer = type.DeclaringType is { } around ? Nested(around, arguments) + "." : "";
        return outer + Plain(type.Name) + (Arity(type.Name) is > 0 and var count ? arguments(count) : "");
    }

    private static string Plain(string name) => name.IndexOf('`', StringComparison.Ordinal) is > 0 and var tick ? name[..tick] : name;

    private static int Arity(string name) =>
        name.LastIndexOf('`') is > 0 and var tick && int.TryParse(name.AsSpan(tick + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int arity) ? arity : 0;
}
