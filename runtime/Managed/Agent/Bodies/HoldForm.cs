namespace HotpatchBuild.Agent.Bodies;

/// <summary>How calls wait while a gate holds.</summary>
/// <param name="Owner">Address of a word with the managed id of the thread that need not wait.</param>
/// <param name="ThreadIdToken">Token of <c>Environment.CurrentManagedThreadId</c>'s getter in the patched module.</param>
/// <param name="YieldToken">Token of <c>Thread.Yield</c> in the patched module.</param>
/// <param name="OwnerSeesOpen">What the owner's calls do: what is done when the gate is 1, or when it is 0.</param>
internal readonly record struct HoldForm(nint Owner, int ThreadIdToken, int YieldToken, bool OwnerSeesOpen);
