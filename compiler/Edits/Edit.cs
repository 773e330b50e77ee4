using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>One changed, added or removed program element.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="Element">Its name as a C# developer writes it, for example <c>Shop.PriceEngine.Price(Order)</c>.</param>
/// <param name="Old">Its identity in the baseline; null where it is added.</param>
/// <param name="New">Its identity in the new revision; null where it is removed. The names differ where the compiler numbered a generated element anew.</param>
/// <param name="Where">The source line in the new revision (in the baseline for what is removed); null where the symbols have none.</param>
/// <param name="FirstLine">1-based first line; 0 where unknown.</param>
/// <param name="LastLine">1-based last line; 0 where unknown.</param>
/// <param name="NoOp">True when the edit needs no new code or data in a running process.</param>
/// <param name="Detail">What exactly, in a few words, where the kind does not say it all; else empty.</param>
internal sealed record Edit(
    EditKind Kind, string Element, ElementIdentity? Old, ElementIdentity? New,
    SourceLocation? Where, int FirstLine, int LastLine, bool NoOp, string Detail)
{
    /// <summary>The identity in the new revision, or in the baseline where it is removed.</summary>
    public ElementIdentity Identity => New ?? Old ?? throw new InvalidOperationException($"Edit of {Element} has no identity.");

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Element}{(Detail.Length == 0 ? "" : $" ({Detail})")}";
}
