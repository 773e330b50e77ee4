using System.Collections.Immutable;
using HotpatchBuild.Runtime.Native.Arenas;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>What a switch means for each function.</summary>
internal static class FunctionChanges
{
    /// <summary>Functions of the image in force and functions whose words changed.</summary>
    /// <param name="state">The state afterwards.</param>
    /// <param name="stores">The words.</param>
    /// <param name="image">Index of the image; −1 for the baseline.</param>
    public static ImmutableArray<FunctionReport> Of(TargetState state, ImmutableArray<PendingStore> stores, int image)
    {
        var changes = new SortedDictionary<int, FunctionChange>();
        if (image >= 0)
        {
            foreach (var body in state.Images[image].Bodies)
                changes[body.Function] = FunctionChange.Unchanged;
        }
        foreach (var store in stores)
        {
            var function = state.Functions[store.Function];
            if (!store.AtBaseline)
                changes[store.Function] = FunctionChange.Superseded;
            else
                changes[store.Function] = store.New == function.OriginalWord ? FunctionChange.Reverted : FunctionChange.Patched;
        }
        return [.. changes.Select(change => new FunctionReport(state.Functions[change.Key].Symbol, state.Functions[change.Key].DisplayName, change.Value))];
    }
}
