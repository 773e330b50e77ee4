namespace HotpatchBuild.Compiler.Edits;

/// <summary>Two revisions of an assembly that were compared, with their definitions still at hand.</summary>
/// <param name="match">Which element is which.</param>
/// <param name="edits">What differs.</param>
internal sealed class OpenComparison(ElementMatch match, EditSet edits) : IDisposable
{
    /// <summary>Which element is which.</summary>
    public ElementMatch Match { get; } = match;

    /// <summary>What differs.</summary>
    public EditSet Edits { get; } = edits;

    /// <inheritdoc/>
    public void Dispose()
    {
        Match.Old.Dispose();
        Match.New.Dispose();
    }
}
