using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>
/// Decides what a patch brings along and what it refuses. Three questions, each answered for every node concerned: may this difference
/// stay unseen by old code? where does new code find this? may this be copied into a running process?
/// </summary>
internal sealed class PatchContentBuilder(ObjectComparison comparison, IPatchPoints patchPoints, INativeNames names, WholeProgramAnalysis analysis)
{
    private readonly TypeRelations _relations = new(comparison, names, analysis.HasFlag(WholeProgramAnalysis.GuessesClasses));

    private readonly NewStatics _newStatics = new(comparison);

    private readonly Dictionary<string, IlcNode> _brought = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PatchPoint> _points = new(StringComparer.Ordinal);
    private readonly Queue<IlcNode> _work = new();
    private readonly Dictionary<(string, string), Failure> _failures = [];

    public IReadOnlyCollection<Failure> Failures => _failures.Values;

    /// <summary>The content, or null when <see cref="Failures"/> has something.</summary>
    public PatchContent? Build()
    {
        foreach (ChangedNode changed in comparison.Changed)
            Judge(changed);
        // Before the code that is brought is followed: an unchanged program needs nothing.
        if (analysis != WholeProgramAnalysis.None && _work.Count > 0)
        {
            foreach (IlcNode type in comparison.NoLongerConstructed)
                Refuse(NativeDiagnostics.TypeNoLongerMade, type.Name, names.TypeNameOf(type.Name));
        }
        while (_work.TryDequeue(out IlcNode? node))
            Follow(node);
        return _failures.Count == 0 ? new PatchContent(comparison, _brought.Values, _points, _newStatics.UsedBlocks, names) : null;
    }

    // Old code goes on using the baseline's copy of everything that is not a patched method.
    private void Judge(ChangedNode changed)
    {
        IlcNode node = changed.New;
        if (changed.Old.Kind != node.Kind && !(changed.Old.IsType && node.IsType))
        {
            // A method whose type nobody makes any more is a stub that throws, and objects of the type may be alive.
            Refuse(NativeDiagnostics.DataChanged, node.Name, names.DisplayNameOf(node.Name), $"{changed.Old.Kind}, now {node.Kind}");
            return;
        }
        switch (node.Kind)
        {
            case IlcNodeKind.Method:
                Replace(changed);
                break;
            case IlcNodeKind.Helper or IlcNodeKind.UnboxingStub:
            // A copy comes along for new code. The old one is right for old code: what it reads has not changed, or is refused itself.
            case IlcNodeKind.FrozenString or IlcNodeKind.FrozenType or IlcNodeKind.DispatchCell or IlcNodeKind.FieldData or IlcNodeKind.FatPointer:
            // The signature is an offset into a table of the same build; the baseline's is right for the baseline.
            case IlcNodeKind.RuntimeHandle:
            case IlcNodeKind.LookupTable:
            case IlcNodeKind.WritableData:
                break;
            case IlcNodeKind.StartupData:
                JudgeStartupData(changed);
                break;
            case IlcNodeKind.NecessaryType or IlcNodeKind.ConstructedType when changed.Old.Kind != node.Kind:
                break; // refused where new code needs the other kind
            case IlcNodeKind.ConstructedType or IlcNodeKind.NecessaryType or IlcNodeKind.SealedVTable or IlcNodeKind.DispatchMap
                or IlcNodeKind.GenericComposition or IlcNodeKind.GenericVariance or IlcNodeKind.OptionalFields:
                Refuse(NativeDiagnostics.TypeLayoutChanged, node.Name, names.TypeNameOf(node.Name), TypeDifference.Describe(comparison, changed));
                break;
            case IlcNodeKind.Dictionary:
                Refuse(NativeDiagnostics.DictionaryChanged, CanonicalKey(node.Name), names.TypeNameOf(node.Name));
                break;
            case IlcNodeKind.NonGCStatics or IlcNodeKind.GCStatics or IlcNodeKind.StaticsType or IlcNodeKind.PreInitializedData or IlcNodeKind.ThreadStatics:
                Refuse(NativeDiagnostics.StaticsChanged, node.Name, names.TypeNameOf(node.Name), $"{changed.Old.Size} and {node.Size} bytes");
                break;
            default:
                Refuse(NativeDiagnostics.DataChanged, node.Name, node.Name, node.Kind);
                break;
        }
    }

    // One growing dictionary changes that of every instantiation; one refusal is enough.
    private static string CanonicalKey(string dictionary) => dictionary.IndexOf('<') is var at and > 0 ? dictionary[..at] : dictionary;

    private void JudgeStartupData(ChangedNode changed)
    {
        // Regions, headers and lists of what is in the file differ whenever anything was added. What ran at start must not.
        if (changed.New.Name is not ("__EagerCctor" or "__module_initializers"))
            return;
        var old = comparison.Old.ReferencesOf(changed.Old).ToArray().Select(r => r.Target).ToHashSet();
        foreach (string added in comparison.New.ReferencesOf(changed.New).ToArray().Select(r => r.Target).Where(t => !old.Contains(t)))
            Refuse(NativeDiagnostics.StartupDataChanged, added, names.DisplayNameOf(added));
    }

    private void Replace(ChangedNode changed)
    {
        if (patchPoints.Find(changed.Old, out string reason) is { } point)
        {
            _points[changed.New.Name] = point;
            Bring(changed.New);
        }
        else
            Refuse(NativeDiagnostics.NotPatchable, changed.New.Name, names.DisplayNameOf(changed.New.Name), reason);
    }

    private void Bring(IlcNode node)
    {
        if (_brought.TryAdd(node.Name, node))
            _work.Enqueue(node);
    }

    private void Follow(IlcNode node)
    {
        foreach (IlcReference reference in comparison.New.ReferencesOf(node))
        {
            if (!NewStatics.IsKept(node, comparison.New.Nodes.GetValueOrDefault(reference.Target)))
                continue;
            if (reference.Kind == IlcReferenceKind.ThreadLocal)
            {
                if (comparison.New.Nodes.TryGetValue(reference.Target, out IlcNode? variable) && !comparison.Old.Nodes.ContainsKey(variable.Name))
                    Refuse(NativeDiagnostics.NewThreadStatics, variable.Name, names.TypeNameOf(variable.Name));
            }
            else if (comparison.New.Nodes.TryGetValue(reference.Target, out IlcNode? target))
                Need(target, node);
        }
        foreach (Frame frame in comparison.New.Frames.Of(node))
            Bring(comparison.New.Nodes[frame.Lsda]);
    }

    private void Need(IlcNode target, IlcNode by)
    {
        if (_brought.ContainsKey(target.Name))
            return;
        if (NodeComparer.BelongsToFunction(target.Kind))
        {
            Bring(target); // always fresh: it describes or belongs to code that is fresh
            return;
        }
        if (!comparison.Old.Nodes.TryGetValue(target.Name, out IlcNode? old))
            BringNew(target, by);
        else if (target.Kind == IlcNodeKind.ConstructedType && old.Kind == IlcNodeKind.NecessaryType)
            Refuse(NativeDiagnostics.TypeNotConstructed, target.Name, names.TypeNameOf(target.Name));
        else if (MayBeCopied(target.Kind) && !comparison.Comparer.Same(old, target))
            Bring(target);
        // Everything else is found in the baseline; where it differs, Judge has refused it.
    }

    // Copies that live beside the baseline's: nothing compares their addresses and nothing writes what the other must see.
    private static bool MayBeCopied(IlcNodeKind kind) => kind
        is IlcNodeKind.Helper or IlcNodeKind.UnboxingStub or IlcNodeKind.FrozenString or IlcNodeKind.DispatchCell or IlcNodeKind.FieldData or IlcNodeKind.FatPointer;

    private void BringNew(IlcNode node, IlcNode by)
    {
        if (node.Kind == IlcNodeKind.ConstructedType)
            JudgeNewType(node);
        switch (node.Kind)
        {
            case IlcNodeKind.Method or IlcNodeKind.Helper or IlcNodeKind.UnboxingStub or IlcNodeKind.FieldData
                or IlcNodeKind.ConstructedType or IlcNodeKind.NecessaryType or IlcNodeKind.SealedVTable or IlcNodeKind.DispatchMap
                or IlcNodeKind.GenericComposition or IlcNodeKind.GenericVariance or IlcNodeKind.OptionalFields or IlcNodeKind.WritableData or IlcNodeKind.Dictionary
                or IlcNodeKind.FatPointer or IlcNodeKind.DispatchCell or IlcNodeKind.FrozenString or IlcNodeKind.NonGCStatics:
                Bring(node);
                break;
            case IlcNodeKind.FrozenType:
                BringRuntimeType(node);
                break;
            case IlcNodeKind.GCStatics:
                if (_newStatics.WhyNot(node) is { } reason)
                    Refuse(reason.Descriptor, node.Name, [names.TypeNameOf(node.Name), .. reason.Arguments]);
                else
                    Bring(node);
                break;
            case IlcNodeKind.PreInitializedData when by.Kind == IlcNodeKind.GCStatics:
                Bring(node);
                break;
            case IlcNodeKind.FrozenObject:
                if (_newStatics.WhyNotFrozen(node) is { } why)
                    Refuse(NativeDiagnostics.FrozenObjectNotMovable, node.Name, node.Name, why);
                else
                    Bring(node);
                break;
            case IlcNodeKind.ThreadStatics:
                Refuse(NativeDiagnostics.NewThreadStatics, node.Name, names.TypeNameOf(node.Name));
                break;
            default:
                Refuse(NativeDiagnostics.NotMovable, node.Name, node.Name, $"{node.Kind}, for {names.DisplayNameOf(by.Name)}");
                break;
        }
    }

    private void JudgeNewType(IlcNode type)
    {
        if (_relations.GenericVirtualMethodOn(type) is { } method)
            Refuse(NativeDiagnostics.NewGenericVirtual, type.Name, names.TypeNameOf(type.Name), names.DisplayNameOf(method));
        if (analysis == WholeProgramAnalysis.None)
            return;
        // The code that the patch brings has been compiled with the new types in view, and code that is not patched is the same with and without
        // them. What would be wrong is the code that a rollback brings back, while objects of the new types are alive.
        if (_relations.CountedAncestorOf(type) is { } ancestor)
            Refuse(NativeDiagnostics.NewImplementation, type.Name, names.TypeNameOf(type.Name), names.TypeNameOf(ancestor));
        if (_relations.FirstOverrideBy(type) is { } overridden)
            Refuse(NativeDiagnostics.NewOverride, type.Name, names.TypeNameOf(type.Name), names.DisplayNameOf(overridden));
    }

    // typeof(T) is one object per type. For a type that the patch brings it comes along; for one that the baseline has, the runtime may
    // have made it already in another place, and reference equality of types would break.
    private void BringRuntimeType(IlcNode node)
    {
        foreach (IlcReference reference in comparison.New.ReferencesOf(node))
        {
            if (reference.Offset > node.Prefix && comparison.New.Nodes.TryGetValue(reference.Target, out IlcNode? type) && comparison.Old.Nodes.ContainsKey(type.Name))
            {
                Refuse(NativeDiagnostics.NewRuntimeType, node.Name, names.TypeNameOf(type.Name));
                return;
            }
        }
        Bring(node);
    }

    private void Refuse(DiagnosticDescriptor descriptor, string symbol, params ReadOnlySpan<object?> arguments) =>
        _failures.TryAdd((descriptor.Id, symbol), descriptor.At(names.SourceOf(symbol), arguments));
}
