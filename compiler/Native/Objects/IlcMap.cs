using System.Xml;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>The map file that <c>ilc --map</c> writes: every node's kind, name and length.</summary>
internal sealed class IlcMap
{
    private readonly Dictionary<string, (IlcNodeKind Kind, uint Length)> _nodes;

    private IlcMap(Dictionary<string, (IlcNodeKind, uint)> nodes) => _nodes = nodes;

    public bool TryGet(string name, out IlcNodeKind kind, out uint length)
    {
        bool found = _nodes.TryGetValue(name, out var node);
        (kind, length) = node;
        return found;
    }

    /// <summary>Lengths of all code by name: methods, helpers and unboxing stubs.</summary>
    public IReadOnlyDictionary<string, uint> CodeLengths() =>
        _nodes.Where(node => node.Value.Kind is IlcNodeKind.Method or IlcNodeKind.Helper or IlcNodeKind.UnboxingStub).ToDictionary(node => node.Key, node => node.Value.Length, StringComparer.Ordinal);

    /// <exception cref="HotpatchException">The file is not a map.</exception>
    public static IlcMap Read(ReadOnlyMemory<byte> bytes, string name)
    {
        var nodes = new Dictionary<string, (IlcNodeKind, uint)>(40_000, StringComparer.Ordinal);
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes.ToArray()), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreWhitespace = true });
            if (!reader.ReadToFollowing("ObjectNodes"))
                throw new HotpatchException(NativeDiagnostics.BadMap.With(name, "the root element is missing"));
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element || reader.LocalName == "GCInfo")
                    continue; // GC info carries its method's name and lies in that method's LSDA
                if (reader.GetAttribute("Name") is not { } node || !uint.TryParse(reader.GetAttribute("Length"), out uint length))
                    throw new HotpatchException(NativeDiagnostics.BadMap.With(name, $"an element {reader.LocalName} has no name or length"));
                nodes[node] = (KindOf(reader.LocalName), length);
            }
        }
        catch (XmlException e)
        {
            throw new HotpatchException(NativeDiagnostics.BadMap.With(name, e.Message), e);
        }
        return new IlcMap(nodes);
    }

    // Names of the node classes: src/coreclr/tools/aot/ILCompiler.Compiler/Compiler/DependencyAnalysis/*Node.cs in dotnet/runtime.
    private static IlcNodeKind KindOf(string element) => element switch
    {
        "MethodCode" => IlcNodeKind.Method,
        "ReadyToRunHelper" or "ReadyToRunGenericLookupFromType" or "ReadyToRunGenericLookupFromDictionary"
            or "TentativeMethod" or "TentativeInstanceMethod" or "GenericLookupFromDict" => IlcNodeKind.Helper,
        "UnboxingStub" => IlcNodeKind.UnboxingStub,
        "MethodExceptionHandlingInfo" => IlcNodeKind.ExceptionInfo,
        "MethodReadOnlyData" => IlcNodeKind.MethodData,
        "MethodAssociatedData" => IlcNodeKind.AssociatedData,
        "FieldRvaData" => IlcNodeKind.FieldData,
        "ConstructedEEType" or "CanonicalEEType" => IlcNodeKind.ConstructedType,
        "EEType" or "NecessaryCanonicalEEType" or "GenericDefinitionEEType" or "CanonicalDefinitionEEType" => IlcNodeKind.NecessaryType,
        "GCStaticEEType" => IlcNodeKind.StaticsType,
        "SealedVTable" => IlcNodeKind.SealedVTable,
        "InterfaceDispatchMap" => IlcNodeKind.DispatchMap,
        "GenericComposition" => IlcNodeKind.GenericComposition,
        "GenericVariance" => IlcNodeKind.GenericVariance,
        "EETypeOptionalFields" => IlcNodeKind.OptionalFields,
        "WritableData" => IlcNodeKind.WritableData,
        "TypeGenericDictionary" or "MethodGenericDictionary" => IlcNodeKind.Dictionary,
        "FatFunctionPointer" => IlcNodeKind.FatPointer,
        "RuntimeMethodHandle" or "RuntimeFieldHandle" or "NativeLayoutSignature" => IlcNodeKind.RuntimeHandle,
        "NonGCStatics" => IlcNodeKind.NonGCStatics,
        "GCStatics" => IlcNodeKind.GCStatics,
        "GCStaticsPreInitData" => IlcNodeKind.PreInitializedData,
        "TypeThreadStaticIndex" or "ThreadStatics" or "TlsRoot" => IlcNodeKind.ThreadStatics,
        "Metadata" or "ResourceData" or "ResourceIndex" or "TypeMetadataMap" or "ClassConstructorContextMap" or "ReflectionInvokeMap"
            or "DelegateMarshallingStubMap" or "StructMarshallingStubMap" or "ArrayMap" or "PointerTypeMap" or "ByRefTypeMap"
            or "FunctionPointerMap" or "ReflectionFieldMap" or "NativeLayoutInfo" or "ExactMethodInstantiations" or "GenericTypesHashtable"
            or "GenericMethodsHashtable" or "GenericVirtualMethodTable" or "InterfaceGenericVirtualMethodTable" or "GenericMethodsTemplateMap"
            or "GenericTypesTemplateMap" or "StaticsInfoHashtable" or "ReflectionVirtualInvokeMap" or "StackTraceMethodMapping"
            or "ExternalReferencesTable" => IlcNodeKind.LookupTable,
        "ArrayOfEmbeddedPointers" or "ArrayOfEmbeddedData" or "ArrayOfFrozenObjects" or "InterfaceDispatchCellSection" or "TypeManagerIndirection"
            or "ModulesSection" or "ModuleInitializerList" or "ReadyToRunHeader" or "RuntimeConfigurationBlob" => IlcNodeKind.StartupData,
        _ => IlcNodeKind.Unknown,
    };
}
