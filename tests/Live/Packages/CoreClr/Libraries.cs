namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

/// <summary>Two library projects without the package, one behind the other.</summary>
internal static class Libraries
{
    public static void AddTo(TestProject project)
    {
        Directory.CreateDirectory(project.At("Library"));
        Directory.CreateDirectory(project.At("Inner"));
        project.Write("App.csproj", File.ReadAllText(project.At("App.csproj"))
            .Replace("</ItemGroup>", "<ProjectReference Include=\"Library/Library.csproj\" /></ItemGroup>", StringComparison.Ordinal));
        project.Write("Library/Library.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>{project.Framework}</TargetFramework></PropertyGroup>
              <ItemGroup><ProjectReference Include="../Inner/Inner.csproj" /></ItemGroup>
            </Project>
            """);
        project.Write("Inner/Inner.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>{project.Framework}</TargetFramework></PropertyGroup></Project>");
        project.Write("Library/Named.cs", """
            namespace Library;
            public static class Named { public static string Name => "library and " + Inner.Deep.Name; }
            """);
        project.Write("Inner/Deep.cs", """
            namespace Inner;
            public static class Deep { public static string Name => "inner"; }
            """);
        project.Write("Program.cs", """
            Console.WriteLine(Program.Name());
            partial class Program { static string Name() => Library.Named.Name; }
            """);
        project.Commit("libraries");
    }
}
