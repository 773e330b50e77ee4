using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>Writes the signature of a holder with the tokens of the assembly that is changed, out of the signature that the method has there (ECMA-335 II.23.2.1):
/// static, <c>this</c> in front, the declaring type's generic parameters become the method's first ones.</summary>
internal sealed class HolderSignature
{
    private readonly BlobBuilder _blob = new();
    private readonly int _arity;

    private HolderSignature(int arity) => _arity = arity;

    /// <summary>The signature, the instantiation over the method's own parameters (empty where there are none) and the number of arguments.</summary>
    /// <param name="metadata">The assembly that is changed.</param>
    /// <param name="token">The method's token there.</param>
    /// <param name="isValueType">Whether its declaring type is a struct.</param>
    public static (ImmutableArray<byte> Signature, ImmutableArray<byte> Instantiation, int Arguments) Of(MetadataReader metadata, int token, bool isValueType)
    {
        MethodDefinition method = metadata.GetMethodDefinition((MethodDefinitionHandle)MetadataTokens.EntityHandle(token));
        TypeDefinitionHandle type = method.GetDeclaringType();
        int arity = metadata.GetTypeDefinition(type).GetGenericParameters().Count;
        BlobReader source = metadata.GetBlobReader(method.Signature);
        SignatureHeader header = source.ReadSignatureHeader();
        int own = header.IsGeneric ? source.ReadCompressedInteger() : 0, parameters = source.ReadCompressedInteger();

        HolderSignature target = new(arity);
        int arguments = parameters + (header.IsInstance ? 1 : 0);
        target._blob.WriteByte(arity + own > 0 ? (byte)SignatureAttributes.Generic : (byte)0);
        if (arity + own > 0)
            target._blob.WriteCompressedInteger(arity + own);
        target._blob.WriteCompressedInteger(arguments);
        target.Type(ref source);
        if (header.IsInstance)
            target.This(type, isValueType);
        for (int i = 0; i < parameters; i++)
            target.Type(ref source);
        return (target._blob.ToImmutableArray(), Instantiation(arity, own), arguments);
    }

    private static ImmutableArray<byte> Instantiation(int arity, int own)
    {
        if (arity + own == 0)
            return [];
        BlobBuilder blob = new();
        blob.WriteByte((byte)SignatureKind.MethodSpecification);
        blob.WriteCompressedInteger(arity + own);
        for (int i = 0; i < arity + own; i++)
        {
            blob.WriteByte((byte)(i < arity ? SignatureTypeCode.GenericTypeParameter : SignatureTypeCode.GenericMethodParameter));
            blob.WriteCompressedInteger(i < arity ? i : i - arity);
        }
        return blob.ToImmutableArray();
    }

    private void This(TypeDefinitionHandle type, bool isValueType)
    {
        if (isValueType)
            _blob.WriteByte((byte)SignatureTypeCode.ByReference);
        if (_arity > 0)
            _blob.WriteByte((byte)SignatureTypeCode.GenericTypeInstance);
        _blob.WriteByte((byte)(isValueType ? SignatureTypeKind.ValueType : SignatureTypeKind.Class));
        _blob.WriteCompressedInteger(CodedIndex.TypeDefOrRefOrSpec(type));
        if (_arity == 0)
            return;
        _blob.WriteCompressedInteger(_arity);
        for (int i = 0; i < _arity; i++)
        {
            _blob.WriteByte((byte)SignatureTypeCode.GenericMethodParameter);
            _blob.WriteCompressedInteger(i);
        }
    }

    private void Type(ref BlobReader source)
    {
        byte raw = source.ReadByte();
        switch ((SignatureTypeCode)raw)
        {
            case SignatureTypeCode.GenericTypeParameter:
                _blob.WriteByte((byte)SignatureTypeCode.GenericMethodParameter);
                _blob.WriteCompressedInteger(source.ReadCompressedInteger());
                return;
            case SignatureTypeCode.GenericMethodParameter:
                _blob.WriteByte(raw);
                _blob.WriteCompressedInteger(_arity + source.ReadCompressedInteger());
                return;
        }
        _blob.WriteByte(raw);
        switch ((SignatureTypeCode)raw)
        {
            case SignatureTypeCode.Pointer or SignatureTypeCode.ByReference or SignatureTypeCode.SZArray or SignatureTypeCode.Pinned or SignatureTypeCode.Sentinel:
                Type(ref source);
                break;
            case SignatureTypeCode.RequiredModifier or SignatureTypeCode.OptionalModifier:
                Number(ref source);
                Type(ref source);
                break;
            case (SignatureTypeCode)SignatureTypeKind.Class or (SignatureTypeCode)SignatureTypeKind.ValueType:
                Number(ref source);
                break;
            case SignatureTypeCode.GenericTypeInstance:
                _blob.WriteByte(source.ReadByte());
                Number(ref source);
                Types(ref source, Number(ref source));
                break;
            case SignatureTypeCode.Array:
                Type(ref source);
                Number(ref source);
                for (int list = 0; list < 2; list++)
                {
                    for (int count = Number(ref source); count > 0; count--)
                        Number(ref source);
                }
                break;
            case SignatureTypeCode.FunctionPointer:
                SignatureHeader header = source.ReadSignatureHeader();
                _blob.WriteByte(header.RawValue);
                if (header.IsGeneric)
                    Number(ref source);
                Types(ref source, Number(ref source) + 1);
                break;
        }
    }

    private void Types(ref BlobReader source, int count)
    {
        for (int i = 0; i < count; i++)
            Type(ref source);
    }

    private int Number(ref BlobReader source)
    {
        int value = source.ReadCompressedInteger();
        _blob.WriteCompressedInteger(value);
        return value;
    }
}
