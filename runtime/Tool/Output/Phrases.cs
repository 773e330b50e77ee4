using System.Globalization;

namespace HotpatchBuild.Tool.Output;

/// <summary>Numbers, times and names as people read them.</summary>
internal static class Phrases
{
    private const int ShortId = 12;

    public static string Id(string id) => id.Length > ShortId ? id[..ShortId] : id;

    public static string Bytes(ulong bytes) => bytes switch
    {
        < 1024 => Invariant($"{bytes} B"),
        < 1024 * 1024 => Invariant($"{bytes / 1024.0:0.0} KiB"),
        _ => Invariant($"{bytes / (1024.0 * 1024):0.0} MiB"),
    };

    public static string Duration(double microseconds) => microseconds switch
    {
        < 1000 => Invariant($"{microseconds:0} µs"),
        < 1_000_000 => Invariant($"{microseconds / 1000:0.0} ms"),
        _ => Invariant($"{microseconds / 1_000_000:0.0} s"),
    };

    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 60 } => Invariant($"{Math.Max(0, (int)age.TotalSeconds)} s"),
        { TotalMinutes: < 60 } => Invariant($"{(int)age.TotalMinutes} min"),
        { TotalHours: < 48 } => Invariant($"{(int)age.TotalHours} h"),
        _ => Invariant($"{(int)age.TotalDays} d"),
    };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Count(int count, string one) => Invariant($"{count} {one}{(count == 1 ? "" : "s")}");

    public static string Left(SpaceOutput space, bool bytes) => bytes
        ? $"{Bytes(space.Left)} of {Bytes(space.Size)}"
        : Invariant($"{space.Left} of {space.Size}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
