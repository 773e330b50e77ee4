namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>One function symbol and its verdict.</summary>
/// <param name="Name">Symbol name.</param>
/// <param name="Address">Link-time virtual address.</param>
/// <param name="Size">Bytes of the body.</param>
/// <param name="Verdict">Whether it can be redirected.</param>
/// <param name="Reason">Why it is not simply patchable; null when it is.</param>
public sealed record AuditedFunction(string Name, ulong Address, ulong Size, PrologueVerdict Verdict, string? Reason);
