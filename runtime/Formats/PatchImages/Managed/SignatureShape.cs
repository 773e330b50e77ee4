using System.Reflection.Metadata;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>Reads a signature blob to its end without looking at what its tokens name (ECMA-335 II.23.2). Total: any bytes give a shape or null.</summary>
/// <param name="GenericParameters">Number of the method's generic parameters.</param>
/// <param name="Parameters">Number of parameters.</param>
internal readonly record struct SignatureShape(int GenericParameters, int Parameters)
{
    /// <summary>Deeper types than any compiler writes; bounds the recursion.</summary>
    private const int MaximumDepth = 64;

    /// <summary>The shape of a static method's signature; null where it is damaged or of another kind.</summary>
    public static SignatureShape? OfMethod(ReadOnlySpan<byte> blob)
    {
        Reader reader = new(blob);
        if (!reader.Method(0, out SignatureShape shape, out SignatureHeader header) || !reader.AtEnd)
            return null;
        return header.IsInstance || header.CallingConvention != SignatureCallingConvention.Default ? null : shape;
    }

    /// <summary>The number of type arguments of a MethodSpec signature; null where it is damaged.</summary>
    public static int? OfInstantiation(ReadOnlySpan<byte> blob)
    {
        Reader reader = new(blob);
        return reader.Byte(out byte kind) && kind == (byte)SignatureKind.MethodSpecification && reader.Number(out int count) && count > 0
            && reader.Types(count, 0) && reader.AtEnd ? count : null;
    }

    private ref struct Reader(ReadOnlySpan<byte> blob)
    {
        private readonly ReadOnlySpan<byte> _blob = blob;
        private int _at;

        public readonly bool AtEnd => _at == _blob.Length;

        public bool Byte(out byte value)
        {
            bool some = _at < _blob.Length;
            value = some ? _blob[_at++] : (byte)0;
            return some;
        }

        /// <summary>A compressed unsigned number (II.23.2).</summary>
        public bool Number(out int value)
        {
            value = 0;
            if (!Byte(out byte first))
                return false;
            int more = first < 0x80 ? 0 : first < 0xC0 ? 1 : first < 0xE0 ? 3 : -1;
            if (more < 0)
                return false;
            value = more switch { 0 => first, 1 => first & 0x3F, _ => first & 0x1F };
            for (; more > 0; more--)
            {
                if (!Byte(out byte next))
                    return false;
                value = (value << 8) | next;
            }
            return true;
        }

        public bool Method(int depth, out SignatureShape shape, out SignatureHeader header)
        {
            shape = default;
            header = default;
            if (!Byte(out byte raw))
                return false;
            header = new SignatureHeader(raw);
            int generic = 0;
            if (header.Kind != SignatureKind.Method || (header.IsGeneric && (!Number(out generic) || generic == 0)) || !Number(out int parameters))
                return false;
            shape = new SignatureShape(generic, parameters);
            // The result and each parameter have a byte at least, so a hostile count ends with the bytes.
            return Type(depth) && Types(parameters, depth);
        }

        public bool Types(int count, int depth)
        {
            for (int i = 0; i < count; i++)
            {
                if (!Type(depth))
                    return false;
            }
            return true;
        }

        private bool Type(int depth)
        {
            if (depth > MaximumDepth || !Byte(out byte raw))
                return false;
            switch ((SignatureTypeCode)raw)
            {
                case >= SignatureTypeCode.Void and <= SignatureTypeCode.String:
                case SignatureTypeCode.TypedReference or SignatureTypeCode.IntPtr or SignatureTypeCode.UIntPtr or SignatureTypeCode.Object:
                    return true;
                case SignatureTypeCode.Pointer or SignatureTypeCode.ByReference or SignatureTypeCode.SZArray or SignatureTypeCode.Pinned:
                    return Type(depth + 1);
                case SignatureTypeCode.RequiredModifier or SignatureTypeCode.OptionalModifier:
                    return Token() && Type(depth + 1);
                case (SignatureTypeCode)SignatureTypeKind.Class or (SignatureTypeCode)SignatureTypeKind.ValueType:
                    return Token();
                case SignatureTypeCode.GenericTypeParameter or SignatureTypeCode.GenericMethodParameter:
                    return Number(out _);
                case SignatureTypeCode.GenericTypeInstance:
                    return Byte(out byte kind) && (SignatureTypeKind)kind is SignatureTypeKind.Class or SignatureTypeKind.ValueType
                        && Token() && Number(out int arguments) && arguments > 0 && Types(arguments, depth + 1);
                case SignatureTypeCode.Array:
                    return Type(depth + 1) && Number(out int rank) && rank > 0 && Numbers() && Numbers();
                case SignatureTypeCode.FunctionPointer:
                    return Method(depth + 1, out _, out _);
                default:
                    return false;
            }
        }

        // TypeDefOrRefOrSpecEncoded (II.23.2.8): the tag 3 is none.
        private bool Token() => Number(out int token) && (token & 3) != 3 && token >> 2 != 0;

        private bool Numbers()
        {
            if (!Number(out int count))
                return false;
            for (int i = 0; i < count; i++)
            {
                if (!Number(out _))
                    return false;
            }
            return true;
        }
    }
}
