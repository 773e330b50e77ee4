using HotpatchBuild.Formats.PatchImages.Managed;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>Transition code comes along although nothing calls it, and the table says when it runs.</summary>
public class LinkedTransitions
{
    private const string Attributes = """
        namespace HotpatchBuild
        {
            class HotpatchTransitionAttribute : Attribute { public HotpatchTransitionAttribute() { } public HotpatchTransitionAttribute(string id) { } }
            class HotpatchPreconditionAttribute : Attribute { }
        }
        """;

    [Fact]
    public void Stand_in_the_table_with_what_is_called()
    {
        LinkedDelta delta = LinkedDelta.Of(
            "public static class T { static int s_data = 1; public static int F() => 1; }",
            "public static class T { static int s_data = 1; public static int F() => 2; [HotpatchBuild.HotpatchTransition] static void Repair() { s_data = 2; } }"
            + "static class Added { [HotpatchBuild.HotpatchTransition(\"other\")] static void Repair() => Helper(); static void Helper() { } [HotpatchBuild.HotpatchPrecondition] static bool Ready() => true; }" + Attributes);
        Assert.Empty(delta.Result.Refusals);
        Assert.Empty(delta.Result.Warnings);
        Assert.Equal(
            [
                (TransitionKind.Transition, "T.Repair", "T.Repair()"), (TransitionKind.Transition, "other", "Added.Repair()"), (TransitionKind.Precondition, "Added.Ready", "Added.Ready()"),
            ],
            delta.Image.Table.Transitions.Select(code => (code.Kind, code.Identity, code.DisplayName)));
        Assert.Equal(3, delta.Image.Table.Transitions.Select(code => (code.HolderType, code.HolderMethod)).Distinct().Count());
        // The attributes have said what they had to say.
        Assert.DoesNotContain("HotpatchTransitionAttribute", string.Join(' ', delta.Result.Modules.Select(m => System.Text.Encoding.Latin1.GetString(m.Image.AsSpan()))));
    }

    [Fact]
    public void Alone_are_a_delta_too()
    {
        LinkedDelta delta = LinkedDelta.Of(
            "public static class T { public static int Data = 1; }",
            "public static class T { public static int Data = 1; [HotpatchBuild.HotpatchTransition] static void Repair() => Data = 2; }" + Attributes);
        Assert.Empty(delta.Image.Table.Methods);
        Assert.Single(delta.Image.Table.Transitions);
    }
}
