using HotpatchBuild.Compiler.Pipeline.Rebuilding;

namespace HotpatchBuild.Tests.Unit.Pipeline.Rebuilding;

public sealed class ShellWordsSplit
{
    [Theory]
    [InlineData("-o \"bin/a b/App\"", "-o", "bin/a b/App")]
    [InlineData("-Wl,-rpath,'$ORIGIN'", "-Wl,-rpath,$ORIGIN")]
    [InlineData("-pie  -Wl,-pie\t", "-pie", "-Wl,-pie")]
    [InlineData("-Wl,-T,\"obj/x\"/sections.ld", "-Wl,-T,obj/x/sections.ld")]
    [InlineData(@"a\ b \$c 'd\e' ""f\g\""h\\\$""", "a b", "$c", @"d\e", @"f\g""h\$")]
    [InlineData("a#b c~ ''", "a#b", "c~", "")]
    [InlineData(" ")]
    public void As_the_shell_does(string text, params string[] words) => Assert.Equal(words, ShellWords.Split(text).AsEnumerable());

    [Theory]
    [InlineData("a; rm b")]
    [InlineData("$(cat flags)")]
    [InlineData("\"$HOME/lib\"")]
    [InlineData("`flags`")]
    [InlineData("lib/*.a")]
    [InlineData("~/lib.a")]
    [InlineData("-a #comment")]
    [InlineData("a > b")]
    [InlineData("'open")]
    [InlineData("\"open")]
    [InlineData("end\\")]
    [InlineData("a\nb")]
    public void Not_where_only_a_shell_could_tell(string text) => Assert.True(ShellWords.Split(text).IsDefault);
}
