using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Writes marshalling descriptors (ECMA-335 II.23.4).</summary>
internal static class Marshalling
{
    /// <summary>The descriptor as text.</summary>
    public static string Text(MarshalInfo info) => info switch
    {
        ArrayMarshalInfo array => $"array of {array.ElementType} size {array.Size} parameter {array.SizeParameterIndex} times {array.SizeParameterMultiplier}",
        FixedArrayMarshalInfo array => $"fixed array of {array.ElementType} size {array.Size}",
        FixedSysStringMarshalInfo text => $"fixed string size {text.Size}",
        SafeArrayMarshalInfo array => $"safe array of {array.ElementType}",
        CustomMarshalInfo custom => $"custom {custom.ManagedType?.FullName} {custom.Cookie}",
        _ => info.NativeType.ToString(),
    };
}
