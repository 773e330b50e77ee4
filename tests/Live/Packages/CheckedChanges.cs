using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Packages;

/// <summary>What a check says of three states of one program, for both engines.</summary>
internal static class CheckedChanges
{
    private const string Shipped = """
        class Greeter
        {
            private int _calls;
            public string Greet(string name) => "hello " + name + (++_calls > 1 ? " again" : "");
            public virtual string Part(string name) => "bye " + name;
        }
        """;

    /// <summary>A member that is no longer virtual: HPB1107 in line 5, for either engine.</summary>
    public static string Refused => Shipped.Replace("virtual ", "", StringComparison.Ordinal);

    public static TestProject Project(PackageFeed feed, string framework, bool aot)
    {
        var project = new TestProject(feed, framework, aot);
        project.Write("Program.cs", """
            var greeter = new Greeter();
            while (Console.ReadLine() is { } name)
                Console.WriteLine(name.Length > 9 ? greeter.Part(name) : greeter.Greet(name));
            """);
        project.Write("Greeter.cs", Shipped);
        project.Commit("shipped");
        return project;
    }

    /// <summary>Asks with a revision as the baseline, of which there is no record.</summary>
    public static void Ask(TestProject project)
    {
        string shipped = project.Git("rev-parse", "HEAD");
        CommandResult without = Check(project);
        Assert.NotEqual(0, without.ExitCode);
        Assert.NotEmpty(without.LinesWith("error HPB2441"));

        string[] check = ["-p:HotpatchBaseline=" + shipped];
        CommandResult same = Check(project, check);
        Assert.True(same.ExitCode == 0, same.Output);
        Assert.StartsWith($"hotpatch: App needs no hotpatch: a process of the baseline {shipped[..12]}", Assert.Single(same.LinesWith("hotpatch: App")), StringComparison.Ordinal);

        project.Write("Greeter.cs", Shipped.Replace("hello ", "good morning ", StringComparison.Ordinal));
        CommandResult possible = Check(project, check);
        Assert.True(possible.ExitCode == 0, possible.Output);
        Assert.Equal($"hotpatch: App can be hot-patched from the baseline {shipped[..12]} (rebuilt): 1 method changed, 0 added", Assert.Single(possible.LinesWith("hotpatch: App")).Trim());

        project.Write("Greeter.cs", Refused);
        CommandResult refused = Check(project, check);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.NotEmpty(refused.LinesWith("Greeter.cs(5,"));
        Assert.NotEmpty(refused.LinesWith("error HPB1107"));
        CommandResult warned = Check(project, [.. check, "-p:HotpatchOnRefusal=warn"]);
        Assert.True(warned.ExitCode == 0, warned.Output);
        Assert.NotEmpty(warned.LinesWith("warning HPB1107"));
        Assert.NotEmpty(warned.LinesWith("hotpatch: App cannot be hot-patched from the baseline "));

        Assert.False(Directory.Exists(project.Store));
        Assert.False(File.Exists(project.Delta));
        Assert.NotEmpty(Check(project, [.. check, "-p:HotpatchNewBaseline=true"]).LinesWith("error HPB2440"));
    }

    private static CommandResult Check(TestProject project, params string[] properties) => project.Dotnet(["build", "-c", "Release", "-p:HotpatchCheck=true", .. properties]);
}
