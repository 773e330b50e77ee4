using HotpatchBuild.Compiler.Native.Objects;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>The names of static fields' storage (NativeAotNameMangler.cs of ILC): a word, and the type's name.</summary>
internal static class StaticsName
{
    private const string References = "__GCSTATICS", Data = "__NONGCSTATICS";

    /// <summary>The type whose static fields a node holds, or null for other nodes.</summary>
    public static string? TypeOf(IlcNode node) => node.Kind switch
    {
        IlcNodeKind.GCStatics when node.Name.StartsWith(References, StringComparison.Ordinal) => node.Name[References.Length..],
        IlcNodeKind.NonGCStatics when node.Name.StartsWith(Data, StringComparison.Ordinal) => node.Name[Data.Length..],
        IlcNodeKind.GCStatics or IlcNodeKind.NonGCStatics => node.Name,
        _ => null,
    };
}
