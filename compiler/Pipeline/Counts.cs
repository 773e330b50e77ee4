using System.Globalization;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Numbers of things in sentences.</summary>
internal static class Counts
{
    /// <summary>"1 function", "2 functions".</summary>
    /// <param name="number">How many.</param>
    /// <param name="noun">What one of them is called.</param>
    /// <param name="plural">What several are called; null where an s will do.</param>
    public static string Of(int number, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? noun : plural ?? noun + "s")}");
}
