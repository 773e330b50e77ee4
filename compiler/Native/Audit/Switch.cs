namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>A jump through a table.</summary>
/// <param name="Base">What the table's entries are distances from.</param>
/// <param name="Entries">How many entries the range check in front allows, or <see cref="UnknownEntries"/>.</param>
internal readonly record struct Switch(ulong Base, uint Entries)
{
    public const uint UnknownEntries = uint.MaxValue;
}
