using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>An assembly that differs between two builds: which of its elements stay what they are, and which of its methods are redirected.</summary>
internal sealed class ChangedAssembly : IDisposable
{
    private readonly OpenComparison _comparison;
    private readonly HashSet<TypeDefinition> _renewed = [];
    private readonly ISymbolReader? _symbols;

    /// <param name="baseline">The assembly that runs.</param>
    /// <param name="build">The assembly that the delta leads to.</param>
    /// <param name="comparison">What differs; belongs to this object from now on.</param>
    public ChangedAssembly(ProgramAssembly baseline, ProgramAssembly build, OpenComparison comparison)
    {
        Baseline = baseline;
        _comparison = comparison;
        OldNames = new DisplayNames(Old);
        NewNames = new DisplayNames(New);
        Lines = new Locations(New);
        _symbols = OpenSymbols(build);
        Patched = Select();
        Transitions = TransitionMethod.Of(comparison.Match, comparison.Edits.Edits);
    }

    /// <summary>The assembly that runs.</summary>
    public ProgramAssembly Baseline { get; }

    /// <summary>Simple name.</summary>
    public string Name => Baseline.Name;

    /// <summary>The revision that runs.</summary>
    public AssemblyModel Old => _comparison.Match.Old;

    /// <summary>The revision that the delta leads to.</summary>
    public AssemblyModel New => _comparison.Match.New;

    /// <summary>What differs.</summary>
    public EditSet Edits => _comparison.Edits;

    /// <summary>Names of the baseline's elements.</summary>
    public DisplayNames OldNames { get; }

    /// <summary>Names of the new revision's elements.</summary>
    public DisplayNames NewNames { get; }

    /// <summary>Source lines of the new revision's elements.</summary>
    public Locations Lines { get; }

    /// <summary>The methods that are redirected, by the baseline's token.</summary>
    public ImmutableArray<(MethodDefinition Old, MethodDefinition New)> Patched { get; private set; }

    /// <summary>Instance fields of the new revision that its types have gained.</summary>
    public IEnumerable<FieldDefinition> AddedFields =>
        New.Types.Where(t => OldOf(t) is not null && !AssemblyModel.IsInGenerated(t)).SelectMany(t => t.Fields).Where(f => !f.IsStatic && OldOf(f) is null);

    /// <summary>What runs at the switch.</summary>
    public IReadOnlyList<TransitionMethod> Transitions { get; }

    /// <summary>The baseline's element that an element of the new revision is; null where it is new, or stands beside the old one.</summary>
    public T? OldOf<T>(T @new) where T : class, IMemberDefinition
    {
        for (TypeDefinition? type = @new as TypeDefinition ?? @new.DeclaringType; type is not null; type = type.DeclaringType)
        {
            if (_renewed.Contains(type))
                return null;
        }
        return _comparison.Match.OldOf(@new);
    }

    /// <summary>The code that gives added fields of types that exist their first values.</summary>
    public IEnumerable<AddedInitialiser> AddedInitialisers => _comparison.Match.AddedInitialisers;

    /// <summary>Whether a field of the baseline has no partner in the new revision.</summary>
    public bool IsGone(FieldDefinition old) => _comparison.Match.NewOf(old) is null;

    /// <summary>The code that gives an added static field of a type that exists its first value; null where it has none.</summary>
    public AddedInitialiser? InitialiserOf(FieldDefinition @new) => _comparison.Match.AddedInitialisers.FirstOrDefault(i => i.Field == @new);

    /// <summary>The sequence points of a method of the new revision. Mono.Cecil itself reads them with a body only, and the comparison has read the bodies.</summary>
    public IEnumerable<SequencePoint> SequencePointsOf(MethodDefinition @new) => _symbols?.Read(@new).SequencePoints ?? Enumerable.Empty<SequencePoint>();

    /// <summary>Redirects a method whose own code is the same, because what it does is not. A method that is new, or redirected already, stays what it is.</summary>
    /// <param name="new">A method of the new revision.</param>
    public void Redirect(MethodDefinition @new)
    {
        if (OldOf(@new) is { } old && !Patched.Any(p => p.New == @new))
            Patched = [.. Patched.Append((old, @new)).OrderBy(p => p.Item1.MetadataToken.RID)];
    }

    /// <inheritdoc/>
    public void Dispose() => _comparison.Dispose();

    private ImmutableArray<(MethodDefinition Old, MethodDefinition New)> Select()
    {
        HashSet<string> changed = Edits.Edits.Where(e => e is { Kind: EditKind.MethodBodyChanged, NoOp: false }).Select(e => e.Identity.Key).ToHashSet(StringComparer.Ordinal);
        Dictionary<MethodDefinition, MethodDefinition> patched = [];
        foreach ((IMemberDefinition old, IMemberDefinition @new) in _comparison.Match.Pairs.ToArray())
        {
            // The call sites of a method are bound to its old code by nothing but their numbers.
            if (@new is TypeDefinition sites && AssemblyModel.Generated(sites).Kind == GeneratedKind.DynamicSites)
                _renewed.Add(sites);
            if (@new is not MethodDefinition method || !changed.Contains(MetadataNames.Key(method)))
                continue;
            // It has run, or will run for the old fields; what is new is initialised elsewhere.
            if (method is { IsConstructor: true, IsStatic: true })
                continue;
            if (AssemblyModel.Generated(method.DeclaringType).Kind == GeneratedKind.StateMachine && New.Kickoff(method.DeclaringType) is { } kickoff
                && _comparison.Match.OldOf(kickoff) is { } oldKickoff)
            {
                // Calls in flight finish with the code that they began with; calls from now on get a machine of their own.
                _renewed.Add(method.DeclaringType);
                patched[oldKickoff] = kickoff;
            }
            else
            {
                patched[(MethodDefinition)old] = method;
            }
        }
        return [.. patched.Where(p => p.Value.HasBody && OldOf(p.Value) is not null).OrderBy(p => p.Key.MetadataToken.RID).Select(p => (p.Key, p.Value))];
    }

    private ISymbolReader? OpenSymbols(ProgramAssembly build)
    {
        if (!New.Source.Found)
            return null;
        ISymbolReader reader = build.Pdb.IsEmpty
            ? new EmbeddedPortablePdbReaderProvider().GetSymbolReader(New.Module, Name)
            : new PortablePdbReaderProvider().GetSymbolReader(New.Module, new MemoryStream(build.Pdb.ToArray(), writable: false));
        New.Module.ReadSymbols(reader);
        return reader;
    }
}
