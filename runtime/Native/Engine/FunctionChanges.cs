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
        var reports = new FunctionReport?[state.Functions.Length];
        if (image >= 0)
        {
            foreach (var body in state.Images[image].Bodies)
                Set(body.Function, FunctionChange.Unchanged);
        }
        foreach (var store in stores)
        {
            if (!store.AtBaseline)
                Set(store.Function, FunctionChange.Superseded);
            else
                Set(store.Function, store.New == state.Functions[store.Function].OriginalWord ? FunctionChange.Reverted : FunctionChange.Patched);
        }
        return [.. reports.OfType<FunctionReport>()];

        void Set(int index, FunctionChange change) => reports[index] = new FunctionReport(state.Functions[index].Symbol, state.Functions[index].DisplayName, change);
    }
}
