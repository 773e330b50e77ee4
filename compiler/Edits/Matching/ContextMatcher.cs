using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds the partners of lambdas and local functions by where their delegates are made: a delegate that was stored there before is to run what the new
/// revision stores there. What a lambda does tells less: of two handlers that were swapped, or of which one was removed and one changed, content finds the wrong one.</summary>
internal sealed class ContextMatcher(ElementMatch match)
{
    /// <summary>Lambdas of which one is made in more places of a kind than the other revision has, and that share less than this of their code, are different ones.</summary>
    private const double LeastSimilarity = 0.4;

    private readonly ContentHash oldContent = new(match.Old, match.CommonOfOld);
    private readonly ContentHash newContent = new(match.New, match.CommonOfNew);
    private readonly Dictionary<MethodDefinition, MethodDefinition> newOf = [];
    private readonly HashSet<MethodDefinition> taken = [];
    private readonly Queue<(MethodDefinition Old, MethodDefinition New)> makers = [];

    /// <summary>The partners found.</summary>
    public IEnumerable<(MethodDefinition Old, MethodDefinition New)> Pairs => newOf.Select(p => (p.Key, p.Value));

    /// <summary>Lambdas of the new revision that could be the partner of more than one, by the method that makes them.</summary>
    public List<(MethodDefinition Lambda, string Reason)> Ambiguous { get; } = [];

    /// <summary>Follows the methods of two types that are partners.</summary>
    public void Run(TypeDefinition old, TypeDefinition @new)
    {
        foreach (var before in old.Methods.OrderBy(m => m is { IsConstructor: true, IsStatic: false }))
            if (match.NewOf(before) is { } after && after.DeclaringType == @new) makers.Enqueue((before, after));
        while (makers.TryDequeue(out var pair)) Follow(pair.Old, pair.New);
    }

    private void Follow(MethodDefinition old, MethodDefinition @new)
    {
        if (!Creations.AreIn(old, match.Old) || !Creations.AreIn(@new, match.New)) return;
        var before = Creations.Of(old, match.Old);
        var after = Creations.Of(@new, match.New);
        var (oldFunctions, newFunctions) = (Distinct(before, GeneratedKind.LocalFunction), Distinct(after, GeneratedKind.LocalFunction));
        foreach (var group in oldFunctions.GroupBy(c => AssemblyModel.Generated(c.Code).Suffix))
        {
            // Functions of one name stand in blocks of their own; in the same number they stand in the same order.
            var others = newFunctions.Where(c => AssemblyModel.Generated(c.Code).Suffix == group.Key).ToList();
            if (group.Count() != others.Count) continue;
            foreach (var (one, other) in group.Zip(others)) Take(one.Code, other.Code);
        }

        var (oldLambdas, newLambdas) = (Distinct(before, GeneratedKind.Lambda), Distinct(after, GeneratedKind.Lambda));
        if (oldLambdas.Count == newLambdas.Count && before.All.SequenceEqual(after.All))
        {
            foreach (var (one, other) in oldLambdas.Zip(newLambdas)) Take(one.Code, other.Code);
            return;
        }
        foreach (var group in oldLambdas.GroupBy(c => c.Statement)) InPlace([.. group], newLambdas.Where(c => c.Statement == group.Key).ToList());
    }

    /// <summary>Pairs lambdas that are made in equal statements.</summary>
    private void InPlace(List<Creation> old, List<Creation> @new)
    {
        if (old.Count == 1 && @new.Count == 1)
        {
            Take(old[0].Code, @new[0].Code);
            return;
        }
        if (@new.Count == 0) return;
        var (before, after) = (old.ConvertAll(c => SharedCode.Lines(c.Code, oldContent, match.Old)), @new.ConvertAll(c => SharedCode.Lines(c.Code, newContent, match.New)));
        if (old.Count == @new.Count && InOrder(before, after))
        {
            foreach (var (one, other) in old.Zip(@new)) Take(one.Code, other.Code);
            return;
        }
        // Equal code may be paired in any way: there is nothing to patch in it.
        foreach (var one in old.ToArray())
        {
            var wanted = oldContent.Of(one.Code);
            var equal = @new.FirstOrDefault(c => newContent.Of(c.Code) == wanted);
            if (equal is null) continue;
            Take(one.Code, equal.Code);
            old.Remove(one);
            @new.Remove(equal);
        }
        // Delegates that a query made live as long as the query.
        if (old.Count == 0 || @new.Count == 0 || @new[0].IsQuery) return;
        foreach (var one in @new) Ambiguous.Add((one.Code, $"{old.Count} became {@new.Count} in equal statements"));
    }

    /// <summary>Whether each lambda is more like the one in its place than like any other.</summary>
    private static bool InOrder(List<Dictionary<string, int>> old, List<Dictionary<string, int>> @new)
    {
        for (int i = 0; i < old.Count; i++)
        {
            double own = SharedCode.Similarity(old[i], @new[i]);
            if (own < LeastSimilarity) return false;
            for (int j = 0; j < old.Count; j++)
                if (j != i && (SharedCode.Similarity(old[i], @new[j]) > own || SharedCode.Similarity(old[j], @new[i]) > own)) return false;
        }
        return true;
    }

    private void Take(MethodDefinition old, MethodDefinition @new)
    {
        if (newOf.ContainsKey(old) || !taken.Add(@new)) return;
        newOf[old] = @new;
        makers.Enqueue((old, @new));
    }

    private static List<Creation> Distinct(Creations creations, GeneratedKind kind) =>
        [.. creations.Places.Where(c => AssemblyModel.Generated(c.Code).Kind == kind).DistinctBy(c => c.Code)];
}
