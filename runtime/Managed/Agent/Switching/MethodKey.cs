namespace HotpatchBuild.Agent.Switching;

/// <summary>A method definition of a loaded module.</summary>
/// <param name="Module">The runtime's ModuleID.</param>
/// <param name="Token">MethodDef token.</param>
internal readonly record struct MethodKey(nint Module, int Token);
