namespace HotpatchBuild.Agent.Bodies;

/// <summary>One of the two things that a transition body does.</summary>
/// <param name="CallToken">MemberRef or MethodSpec of what is called with all arguments; 0 for the method's original code.</param>
/// <param name="Arguments">Number of arguments, <c>this</c> included.</param>
internal readonly record struct MethodForm(int CallToken, int Arguments)
{
    /// <summary>The method's original code.</summary>
    internal static MethodForm Original => default;

    /// <summary>True for the method's original code.</summary>
    internal bool IsOriginal => CallToken == 0;
}
