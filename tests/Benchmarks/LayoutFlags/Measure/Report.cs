using System.Globalization;
using System.Text;

namespace HotpatchBuild.Benchmarks.LayoutFlags;

/// <summary>The results as Markdown tables.</summary>
internal static class Report
{
    public static string Write(MeasuredProgram program, IReadOnlyList<Measurement> measurements)
    {
        Measurement plain = measurements[0];
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"### {program.Assembly}");
        text.AppendLine("| variant | instructions, millions | throughput by instructions | user time, median s (least) | throughput by median (by least) | executable, KB | object, KB |");
        text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (Measurement measurement in measurements)
        {
            string instructions = measurement.Instructions is long count ? Format(count / 1e6, "F1") : "–";
            string byInstructions = measurement.Instructions is long own && plain.Instructions is long other ? Format((double)other / own, "F3") : "–";
            string time = measurement.UserSeconds.Count == 0 ? "– | –" :
                $"{Format(Median(measurement), "F3")} ({Format(measurement.UserSeconds.Min(), "F3")}) " +
                $"| {Format(Median(plain) / Median(measurement), "F3")} ({Format(plain.UserSeconds.Min() / measurement.UserSeconds.Min(), "F3")})";
            text.AppendLine(
                $"| {measurement.Executable.Variant.Name} | {instructions} | {byInstructions} | {time} " +
                $"| {measurement.Executable.Size / 1000} | {measurement.Executable.ObjectSize / 1000} |");
        }
        return text.ToString();
    }

    private static double Median(Measurement measurement)
    {
        double[] sorted = measurement.UserSeconds.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Format(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
