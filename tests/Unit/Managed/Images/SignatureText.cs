using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>Writes signatures with the names of types, whatever assembly refers to them.</summary>
internal sealed class SignatureText : ISignatureTypeProvider<string, object?>
{
    public static unsafe string Of(MetadataReader metadata, byte[] blob)
    {
        fixed (byte* bytes = blob)
        {
            BlobReader reader = new(bytes, blob.Length);
            MethodSignature<string> signature = new SignatureDecoder<string, object?>(new SignatureText(), metadata, null).DecodeMethodSignature(ref reader);
            Assert.Equal(0, reader.RemainingBytes);
            return $"{signature.Header} `{signature.GenericParameterCount} {signature.ReturnType}({string.Join(',', signature.ParameterTypes)})";
        }
    }

    public static string NameOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        return Full(reader.GetString(type.Namespace), reader.GetString(type.Name), type.IsNested ? NameOf(reader, type.GetDeclaringType()) : null);
    }

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{shape.Rank}]";

    public string GetByReferenceType(string elementType) => $"{elementType}&";

    public string GetFunctionPointerType(MethodSignature<string> signature) => $"method {signature.Header} {signature.ReturnType}({string.Join(',', signature.ParameterTypes)})";

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(',', typeArguments)}>";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => $"{unmodifiedType} mod{(isRequired ? "req" : "opt")}({modifier})";

    public string GetPinnedType(string elementType) => $"{elementType} pinned";

    public string GetPointerType(string elementType) => $"{elementType}*";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => $"{Kind(rawTypeKind)}{NameOf(reader, handle)}";

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => $"{Kind(rawTypeKind)}{NameOf(reader, handle)}";

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        return Full(reader.GetString(type.Namespace), reader.GetString(type.Name), type.ResolutionScope.Kind == HandleKind.TypeReference ? NameOf(reader, (TypeReferenceHandle)type.ResolutionScope) : null);
    }

    private static string Kind(byte raw) => (SignatureTypeKind)raw == SignatureTypeKind.ValueType ? "struct " : "";

    private static string Full(string space, string name, string? around) => around is not null ? $"{around}/{name}" : space.Length == 0 ? name : $"{space}.{name}";
}
