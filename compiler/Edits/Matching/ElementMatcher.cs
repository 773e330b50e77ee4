using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds the partner of every element. What the developer named is found by name and signature; what the compiler named is found through the
/// member it was written in and through what it does, because an unrelated edit shifts its number.</summary>
internal sealed class ElementMatcher
{
    /// <summary>Two lambdas that share less than this of their code are taken for different ones, where there is a choice.</summary>
    private const double LeastSimilarity = 0.4;

    private readonly ElementMatch match;
    private readonly bool certainOnly;
    private readonly ContentHash oldContent;
    private readonly ContentHash newContent;
    private readonly List<(TypeDefinition Old, TypeDefinition New)> renamed = [];

    private ElementMatcher(AssemblyModel old, AssemblyModel @new, EditPolicy policy)
    {
        certainOnly = policy.StaysInOldTypes;
        match = new ElementMatch(old, @new);
        oldContent = new ContentHash(old, match.CommonOfOld);
        newContent = new ContentHash(@new, match.CommonOfNew);
    }

    /// <summary>Matches two revisions.</summary>
    /// <param name="old">The baseline.</param>
    /// <param name="new">The new revision.</param>
    /// <param name="policy">What the engine can do.</param>
    public static ElementMatch Match(AssemblyModel old, AssemblyModel @new, EditPolicy policy)
    {
        var matcher = new ElementMatcher(old, @new, policy);
        var written = matcher.MatchWrittenTypes();
        matcher.MatchAnonymousTypes();
        foreach (var (before, after) in written) matcher.MatchWrittenMembers(before, after);
        if (policy.FieldsBesideObjects)
            foreach (var (before, after) in written) PropertyFields.Match(before, after, matcher.match);
        foreach (var (before, after) in written) matcher.MatchGenerated(before, after);
        // Last: whether old instances fit can only be told when all names are settled, and parting one pair can part others.
        matcher.PartWhatDoesNotFit();
        return matcher.match;
    }

    private List<(TypeDefinition, TypeDefinition)> MatchWrittenTypes()
    {
        var pairs = new List<(TypeDefinition, TypeDefinition)>();
        var byName = match.New.Types.Where(t => !AssemblyModel.IsInGenerated(t)).ToDictionary(t => t.FullName, StringComparer.Ordinal);
        foreach (var old in match.Old.Types.Where(t => !AssemblyModel.IsInGenerated(t)))
        {
            if (!byName.TryGetValue(old.FullName, out var @new)) continue;
            match.Add(old, @new);
            pairs.Add((old, @new));
        }
        return pairs;
    }

    /// <summary>Anonymous types are their property names in order (C# specification 12.8.17.7); anonymous delegates their signature.</summary>
    private void MatchAnonymousTypes()
    {
        static string? Shape(TypeDefinition type) => AssemblyModel.Generated(type).Kind switch
        {
            GeneratedKind.AnonymousType => string.Join(',', type.Properties.Select(p => p.Name)),
            GeneratedKind.AnonymousDelegate => $"{type.GenericParameters.Count} {type.Methods.Where(m => m.Name == "Invoke").Select(MetadataText.Raw.Signature).FirstOrDefault()}",
            _ => null,
        };
        var candidates = match.New.Types.Select(t => (Shape: Shape(t), Type: t)).Where(c => c.Shape is not null).ToLookup(c => c.Shape, c => c.Type);
        foreach (var old in match.Old.Types)
        {
            if (Shape(old) is not { } shape || candidates[shape].FirstOrDefault(t => match.OldOf(t) is null) is not { } @new) continue;
            match.Add(old, @new);
            MatchByName(old, @new);
        }
    }

    private void MatchWrittenMembers(TypeDefinition old, TypeDefinition @new)
    {
        static bool Named(IMemberDefinition element) => AssemblyModel.Generated(element).Kind == GeneratedKind.None;
        // A constant has no storage that a static field of its name could go on in.
        string Field(FieldDefinition field) => certainOnly && field.HasConstant ? $"{field.Name} constant" : field.Name;
        Pair(old.Fields.Where(Named), @new.Fields.Where(Named), Field, Field);
        Pair(old.Methods.Where(Named), @new.Methods.Where(Named), m => m.Name + match.OldText.Signature(m), m => m.Name + match.NewText.Signature(m));
        Pair(old.Properties, @new.Properties, MetadataNames.Key, MetadataNames.Key);
        Pair(old.Events, @new.Events, MetadataNames.Key, MetadataNames.Key);
    }

    private void MatchGenerated(TypeDefinition old, TypeDefinition @new)
    {
        var containers = new List<(TypeDefinition Old, TypeDefinition New)> { (old, @new) };
        MatchSingleClasses(old, @new, containers);
        var context = new ContextMatcher(match);
        context.Run(old, @new);
        foreach (var (before, after) in Closures(context))
        {
            TakeClosure(before, after, containers);
        }
        foreach (var (before, after) in Groups(Nested(old, GeneratedKind.Closure), Nested(@new, GeneratedKind.Closure)))
            MatchClosures(before, after, containers);
        foreach (var (before, after) in context.Pairs)
            if (match.NewOf(before.DeclaringType) == after.DeclaringType && oldContent.Signature(before) == newContent.Signature(after)) match.Add(before, after);
        foreach (var (before, after) in containers)
        {
            MatchCode(before, after);
            if (AssemblyModel.Generated(before).Kind != GeneratedKind.Closure) MatchCaches(before, after);
        }
        foreach (var (before, after) in containers)
            foreach (var kickoff in before.Methods)
                if (match.NewOf(kickoff) is { } partner) MatchStateMachine(kickoff, partner);
        match.Ambiguous.AddRange(context.Ambiguous.Where(a => match.OldOf(a.Lambda) is null));
    }

    /// <summary>Closures all of whose lambdas and local functions have their partners in one other closure.</summary>
    private static List<(TypeDefinition Old, TypeDefinition New)> Closures(ContextMatcher context)
    {
        static bool IsClosure(MethodDefinition method) => AssemblyModel.Generated(method.DeclaringType).Kind == GeneratedKind.Closure;
        var pairs = context.Pairs.Where(p => IsClosure(p.Old) && IsClosure(p.New)).Select(p => (Old: p.Old.DeclaringType, New: p.New.DeclaringType)).Distinct().ToList();
        return [.. pairs.Where(p => pairs.Count(o => o.Old == p.Old) == 1 && pairs.Count(o => o.New == p.New) == 1)];
    }

    private void TakeClosure(TypeDefinition old, TypeDefinition @new, List<(TypeDefinition, TypeDefinition)> containers)
    {
        match.Add(old, @new);
        containers.Add((old, @new));
        PairFields(old, @new);
        Pair(old.Methods.Where(m => m.IsConstructor), @new.Methods.Where(m => m.IsConstructor), m => m.Name, m => m.Name);
    }

    /// <summary>Classes of which a type, or a generic method, has one.</summary>
    private void MatchSingleClasses(TypeDefinition old, TypeDefinition @new, List<(TypeDefinition, TypeDefinition)> containers)
    {
        foreach (var kind in (ReadOnlySpan<GeneratedKind>)[GeneratedKind.LambdaClass, GeneratedKind.MethodGroupClass, GeneratedKind.DynamicSites])
        {
            static string Key(AssemblyModel model, TypeDefinition type) =>
                AssemblyModel.Generated(type).MethodOrdinal < 0 ? type.Name : $"{model.OwnerKey(type)} {type.GenericParameters.Count}";
            foreach (var before in Nested(old, kind))
            {
                var key = Key(match.Old, before);
                if (Nested(@new, kind).FirstOrDefault(t => match.OldOf(t) is null && Key(match.New, t) == key) is not { } after) continue;
                match.Add(before, after);
                containers.Add((before, after));
                MatchByName(before, after);
            }
        }
    }

    private void MatchClosures(List<TypeDefinition> old, List<TypeDefinition> @new, List<(TypeDefinition, TypeDefinition)> containers)
    {
        void Take(TypeDefinition before, TypeDefinition after)
        {
            old.Remove(before);
            @new.Remove(after);
            TakeClosure(before, after, containers);
        }
        void TakeEqual(Func<ContentHash, TypeDefinition, string> content)
        {
            foreach (var before in old.ToArray())
            {
                var wanted = content(oldContent, before);
                if (@new.FirstOrDefault(t => content(newContent, t) == wanted) is { } after) Take(before, after);
            }
        }
        old.RemoveAll(t => match.NewOf(t) is not null);
        @new.RemoveAll(t => match.OldOf(t) is not null);
        TakeEqual((hash, type) => hash.Content(type));
        TakeEqual((hash, type) => string.Join(';', hash.Fields(type)));
        // Renamed variables: as many closures left on both sides, and all fields agree but for names.
        if (old.Count == @new.Count)
        {
            foreach (var (before, after) in old.Zip(@new).ToArray())
                if (FieldConflict(before, after) is null) Take(before, after);
        }
        foreach (var (before, after) in old.Zip(@new)) match.Conflicts.Add(new(before, after, VariablesConflict(before, after), Suspension: false));
    }

    private static string VariablesConflict(TypeDefinition old, TypeDefinition @new)
    {
        static IEnumerable<string> Names(TypeDefinition type) => type.Fields.Select(DisplayNames.FieldName).Where(n => n[0] != '<' && !n.StartsWith("CS$", StringComparison.Ordinal));
        var gained = Names(@new).Except(Names(old)).ToList();
        var lost = Names(old).Except(Names(@new)).ToList();
        var parts = new List<string>();
        if (gained.Count > 0) parts.Add($"gained {string.Join(", ", gained)}");
        if (lost.Count > 0) parts.Add($"lost {string.Join(", ", lost)}");
        return parts.Count > 0 ? string.Join(" and ", parts) : "hold values of other types or in another order";
    }

    /// <summary>Lambdas and local functions of two types that are each other's partners.</summary>
    private void MatchCode(TypeDefinition old, TypeDefinition @new)
    {
        foreach (var (before, after) in Groups(Code(old, GeneratedKind.LocalFunction), Code(@new, GeneratedKind.LocalFunction), m => AssemblyModel.Generated(m).Suffix))
            MatchCode(before, after, equalOnly: false);
        foreach (var (before, after) in Groups(Code(old, GeneratedKind.Lambda), Code(@new, GeneratedKind.Lambda)))
            MatchCode(before, after, equalOnly: certainOnly);
    }

    private void MatchCode(List<MethodDefinition> old, List<MethodDefinition> @new, bool equalOnly)
    {
        old.RemoveAll(m => match.NewOf(m) is not null);
        @new.RemoveAll(m => match.OldOf(m) is not null);
        foreach (var before in old.ToArray())
        {
            var wanted = oldContent.Of(before);
            if (@new.FirstOrDefault(m => newContent.Of(m) == wanted) is not { } after) continue;
            old.Remove(before);
            @new.Remove(after);
            match.Add(before, after);
        }
        // Where both can stand side by side, only partners that are certain count: a delegate made before keeps its code rather than get another one's.
        if (equalOnly) return;
        foreach (var group in old.ToLookup(oldContent.Signature))
        {
            var before = group.ToList();
            var after = @new.Where(m => newContent.Signature(m) == group.Key).ToList();
            if (before.Count == 1 && after.Count == 1) match.Add(before[0], after[0]);
            else Align(before, after);
        }
    }

    /// <summary>Pairs in order so that together they have most in common (longest common subsequence with weights).</summary>
    private void Align(List<MethodDefinition> old, List<MethodDefinition> @new)
    {
        var before = old.ConvertAll(m => SharedCode.Lines(m, oldContent, match.Old));
        var after = @new.ConvertAll(m => SharedCode.Lines(m, newContent, match.New));
        var best = new double[old.Count + 1, @new.Count + 1];
        double Weight(int i, int j) => SharedCode.Similarity(before[i], after[j]) is >= LeastSimilarity and var s ? s : 0;
        for (int i = old.Count - 1; i >= 0; i--)
            for (int j = @new.Count - 1; j >= 0; j--)
                best[i, j] = Math.Max(Math.Max(best[i + 1, j], best[i, j + 1]), best[i + 1, j + 1] + Weight(i, j));
        for (int i = 0, j = 0; i < old.Count && j < @new.Count;)
        {
            if (Weight(i, j) is > 0 and var weight && best[i, j] <= best[i + 1, j + 1] + weight) match.Add(old[i++], @new[j++]);
            else if (best[i + 1, j] >= best[i, j + 1]) i++;
            else j++;
        }
    }

    private void MatchCaches(TypeDefinition old, TypeDefinition @new)
    {
        foreach (var before in old.Fields)
        {
            var name = AssemblyModel.Generated(before);
            if (name.Kind == GeneratedKind.LambdaCache)
            {
                if (match.Old.CachedLambda(before) is { } lambda && match.NewOf(lambda) is { } partner
                    && @new.Fields.FirstOrDefault(f => AssemblyModel.Generated(f).Kind == GeneratedKind.LambdaCache && match.New.CachedLambda(f) == partner) is { } after)
                    match.Add(before, after);
            }
            else if (name.Kind == GeneratedKind.MethodGroupCache && match.Old.CachedMethodGroup(before) is { } group)
            {
                var wanted = match.OldText.Method(group) + match.OldText.Type(before.FieldType);
                var found = @new.Fields.FirstOrDefault(f => AssemblyModel.Generated(f) is { Kind: GeneratedKind.MethodGroupCache } other && other.Suffix == name.Suffix
                    && match.New.CachedMethodGroup(f) is { } newGroup && match.NewText.Method(newGroup) + match.NewText.Type(f.FieldType) == wanted);
                if (found is not null) match.Add(before, found);
            }
        }
    }

    private void MatchStateMachine(MethodDefinition oldKickoff, MethodDefinition newKickoff)
    {
        if (match.Old.StateMachine(oldKickoff) is not { } old || match.New.StateMachine(newKickoff) is not { } @new) return;
        match.Add(old, @new);
        PairFields(old, @new);
        // An iterator's members carry the element type in their names; that of a changed type is another method.
        Pair(old.Methods, @new.Methods, m => $"{m.Name} {m.Parameters.Count}", m => $"{m.Name} {m.Parameters.Count}");
    }

    /// <summary>Pairs the fields of a closure or state machine: by name, renamed ones by position.</summary>
    private void PairFields(TypeDefinition old, TypeDefinition @new)
    {
        Pair(old.Fields, @new.Fields, f => f.Name, f => f.Name);
        if (old.Fields.Count != @new.Fields.Count) return;
        bool any = false;
        foreach (var (before, after) in old.Fields.Zip(@new.Fields))
        {
            if (match.NewOf(before) is not null || match.OldOf(after) is not null) continue;
            match.Add(before, after);
            any = true;
        }
        if (any) renamed.Add((old, @new));
    }

    /// <summary>Why instances of the old type are not instances of the new one; null where they are.</summary>
    private string? FieldConflict(TypeDefinition old, TypeDefinition @new)
    {
        if (old.IsValueType != @new.IsValueType) return "changed from class to struct or back";
        if (old.Fields.Count != @new.Fields.Count) return $"{old.Fields.Count} fields became {@new.Fields.Count}";
        foreach (var (before, after) in old.Fields.Zip(@new.Fields))
        {
            if (match.NewOf(before) is { } partner && partner != after) return $"the order of its fields changed at {after.Name}";
            if (match.NewOf(before) is null && before.Name != after.Name && old.Fields.Any(f => f.Name == after.Name)) return $"the order of its fields changed at {after.Name}";
            if (match.OldText.Type(before.FieldType) != match.NewText.Type(after.FieldType)) return $"{after.Name} changed its type";
        }
        return null;
    }

    private void PartWhatDoesNotFit()
    {
        for (bool again = true; again;)
        {
            again = false;
            foreach (var (old, @new) in match.Pairs.ToArray())
            {
                if (match.NewOf(old) is null) continue;
                if (!Fits(old, @new))
                {
                    match.Remove(old);
                    again = true;
                }
            }
        }
    }

    private bool Fits(IMemberDefinition old, IMemberDefinition @new)
    {
        switch (old)
        {
            case MethodDefinition before when AssemblyModel.Generated(before).Kind != GeneratedKind.None || AssemblyModel.IsInGenerated(before.DeclaringType):
                return match.OldText.Signature(before) == match.NewText.Signature((MethodDefinition)@new)
                    && (before.DeclaringType is var type && match.NewOf(type) == @new.DeclaringType);
            case TypeDefinition before when AssemblyModel.Generated(before).Kind is GeneratedKind.Closure or GeneratedKind.StateMachine:
                var after = (TypeDefinition)@new;
                bool machine = AssemblyModel.Generated(before).Kind == GeneratedKind.StateMachine;
                if (machine && match.Old.Kickoff(before) is { } kickoff && (match.NewOf(kickoff) is not { } partner || match.New.Kickoff(after) != partner)) return false;
                var reason = FieldConflict(before, after);
                // A renamed variable keeps its place; another variable in the same place would get the old one's value. Only unchanged code tells.
                if (reason is null && renamed.Contains((before, after)) && !SameCode(before, after)) reason = "other variables take the place of old ones";
                bool suspension = false;
                if (reason is null && machine)
                {
                    reason = SuspensionPoints.Conflict(before, match.OldText, after);
                    suspension = reason is not null;
                }
                if (reason is null) return true;
                match.Conflicts.Add(new(before, after, suspension ? reason : VariablesConflict(before, after), suspension));
                return false;
            default:
                return true;
        }
    }

    private bool SameCode(TypeDefinition old, TypeDefinition @new) =>
        old.Methods.All(m => match.NewOf(m) is { } partner && BodyText.Of(m, match.OldText).SequenceEqual(BodyText.Of(partner, match.NewText)));

    /// <summary>Groups generated elements by the member that they were written in.</summary>
    private IEnumerable<(List<T> Old, List<T> New)> Groups<T>(IEnumerable<T> old, IEnumerable<T> @new, Func<T, string>? alsoBy = null) where T : IMemberDefinition
    {
        string Key(AssemblyModel model, T element) => $"{model.OwnerKey(element)} {alsoBy?.Invoke(element)}";
        var after = @new.ToLookup(e => Key(match.New, e));
        foreach (var group in old.ToLookup(e => Key(match.Old, e))) yield return ([.. group], [.. after[group.Key]]);
    }

    private static IEnumerable<TypeDefinition> Nested(TypeDefinition type, GeneratedKind kind) =>
        type.NestedTypes.Where(t => AssemblyModel.Generated(t).Kind == kind).OrderBy(t => AssemblyModel.Generated(t).MethodOrdinal).ThenBy(t => AssemblyModel.Generated(t).EntityOrdinal);

    private static IEnumerable<MethodDefinition> Code(TypeDefinition type, GeneratedKind kind) =>
        type.Methods.Where(m => AssemblyModel.Generated(m).Kind == kind).OrderBy(m => AssemblyModel.Generated(m).MethodOrdinal).ThenBy(m => AssemblyModel.Generated(m).EntityOrdinal);

    private void MatchByName(TypeDefinition old, TypeDefinition @new)
    {
        MatchWrittenMembers(old, @new);
        foreach (var nested in old.NestedTypes.Where(t => AssemblyModel.Generated(t).Kind == GeneratedKind.None))
        {
            if (@new.NestedTypes.FirstOrDefault(t => t.Name == nested.Name) is not { } partner) continue;
            match.Add(nested, partner);
            MatchByName(nested, partner);
        }
    }

    private void Pair<T>(IEnumerable<T> old, IEnumerable<T> @new, Func<T, string> oldKey, Func<T, string> newKey) where T : class, IMemberDefinition
    {
        var byKey = @new.Where(e => match.OldOf(e) is null).ToLookup(newKey, StringComparer.Ordinal);
        foreach (var before in old)
        {
            if (match.NewOf(before) is null && byKey[oldKey(before)].FirstOrDefault(e => match.OldOf(e) is null) is { } after) match.Add(before, after);
        }
    }
}
