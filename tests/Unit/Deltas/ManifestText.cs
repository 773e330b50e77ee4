using System.Text;
using HotpatchBuild.Formats.Containers;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Deltas;

public class ManifestText
{
    // With a hash of its own, so that a change of the image's layout does not change it.
    private static readonly DeltaManifest Golden = SampleDeltas.Manifest with
    {
        Id = "339017d891d634c0cfbd7917e7a4c86c",
        Modules = [SampleDeltas.Manifest.Modules[0] with { Image = "images/Pricing.dll", ImageSha256 = "081c1b964ed6480d47ec27896175efdfa3c081e215b0520762decc2b1202831e" }],
    };

    [Fact]
    public void Is_the_golden_one() => Assert.Equal(File.ReadAllText(GoldenPath), Encoding.UTF8.GetString(DeltaManifestText.Write(Golden).AsSpan()));

    [Fact]
    public void Id_never_changes_for_the_golden_one() => Assert.Equal(Golden.Id, DeltaIdentity.Of(Golden));

    [Theory]
    [InlineData("\"program\": \"Pricing\",", "")]
    [InlineData("\"program\": \"Pricing\"", "\"program\": null")]
    [InlineData("\"program\": \"Pricing\"", "\"program\": \"Pricing\", \"program\": \"Pricing\"")]
    [InlineData("\"program\": \"Pricing\"", "\"program\": 7")]
    [InlineData("\"program\": \"Pricing\"", "\"program\": \"Pricing\", \"run\": \"rm\"")]
    [InlineData("\"engine\": \"Native\"", "\"engine\": \"Steam\"")]
    [InlineData("\"advisory\": {", "\"advisory\": [")]
    [InlineData("\"modified\": false", "\"modified\": 0")]
    [InlineData("\"formatVersion\": 2", "\"formatVersion\": \"1\"")]
    [InlineData("\"formatVersion\": 2", "\"formatVersion\": 2e99")]
    [InlineData("{", "")]
    [InlineData("6f9619ff-8b86", "6f9619ff")]
    [InlineData("\"program\": \"Pricing\"", "\"program\": \"\\ud800\"")]
    [InlineData("\"formatVersion\": 2", "\"\\ud800\": 1, \"formatVersion\": 2")]
    [InlineData("2026-03-14T", "2026-02-30T")]
    [InlineData("\"modules\": [", "\"modules\": null, \"x\": [")]
    [InlineData("\"describe\": \"v1.2.0\"", "\"describe\": null")]
    [InlineData("\"CVE-2026-12345\"", "null")]
    [InlineData("\"identifiers\": [", "\"identifiers\": [7, ")]
    [InlineData("\"modules\": [", "\"modules\": [null, ")]
    [InlineData("\"describe\": \"v1.2.0\"", "\"describe\": \"v1.2.0\", \"Describe\": \"v1.2.0\"")]
    [InlineData("\"added\": true", "\"added\": true, \"added\": true")]
    [InlineData("\"engine\": \"Native\"", "\"engine\": 0")]
    [InlineData("\"firstLine\": 41", "\"firstLine\": 41.5")]
    [InlineData("\"firstLine\": 41", "\"firstLine\": 4100000000")]
    [InlineData("\"policy\": \"finish\"", "\"policy\": \"stop\"")]
    [InlineData("\"policy\": \"finish\",", "")]
    [InlineData("\"timeoutSeconds\": 10", "\"timeoutSeconds\": \"10\"")]
    public void Of_another_form_is_damaged(string text, string other) => Fails(DeltaDiagnostics.DamagedManifest, text, other);

    [Theory]
    [InlineData("\"program\": \"Pricing\"", "\"program\": \"\"")]
    [InlineData("\"program\": \"Pricing\"", "\"program\": \"\\u001b[2J\"")]
    [InlineData("0123456789abcdef0123456789abcdef01234567", "0123456789ABCDEF0123456789abcdef01234567")]
    [InlineData("0123456789abcdef0123456789abcdef01234567", "0123")]
    [InlineData("\"createdBy\": \"HotpatchBuild 0.1.0\"", "\"createdBy\": \"a\\nb\"")]
    [InlineData("15:09:26+00:00", "15:09:26+01:00")]
    [InlineData("images/Pricing.dll", "images/../Pricing.dll")]
    [InlineData("\"timeoutSeconds\": 10", "\"timeoutSeconds\": -1")]
    [InlineData("\"timeoutSeconds\": 10", "\"timeoutSeconds\": 3601")]
    [InlineData("images/Pricing.dll", "/etc/passwd")]
    [InlineData("\"name\": \"Pricing\"", "\"name\": \"../Pricing\"")]
    [InlineData("\"name\": \"Pricing\"", "\"name\": \"\"")]
    [InlineData("\"engine\": \"Native\"", "\"engine\": \"Managed\"")]
    [InlineData("\"buildId\": \"0b16", "\"buildId\": \"0B16")]
    [InlineData("\"buildId\": \"0b16", "\"buildId\": \"0b1")]
    [InlineData("\"firstLine\": 41", "\"firstLine\": 45")]
    [InlineData("\"firstLine\": 41", "\"firstLine\": -1")]
    [InlineData("\"CVE-2026-12345\"", "\"\\u202E\"")]
    [InlineData("\"imageSha256\": \"", "\"imageSha256\": \"00")]
    public void With_impossible_values_is_invalid(string text, string other) => Fails(DeltaDiagnostics.InvalidManifest, text, other);

    [Fact]
    public void Of_a_newer_version_asks_for_an_update() => Assert.Contains("version 3", Fails(DeltaDiagnostics.UnknownVersion, "\"formatVersion\": 2", "\"formatVersion\": 3, \"new\": []"));

    [Fact]
    public void Changed_after_the_fact_has_the_wrong_id() => Fails(DeltaDiagnostics.IdDiffers, "\"lastLine\": 44", "\"lastLine\": 46");

    [Fact]
    public void Is_refused_before_it_is_written()
    {
        DeltaManifest bad = SampleDeltas.Manifest with { Advisory = new DeltaAdvisory("half \ud800", []) };
        Assert.Equal(DeltaDiagnostics.InvalidManifest.Id, Assert.Throws<HotpatchException>(() => DeltaFile.Create(bad, SampleDeltas.Images)).Failure.Id);
    }

    [Fact]
    public void Members_may_stand_in_any_order()
    {
        string manifest = Encoding.UTF8.GetString(DeltaManifestText.Write(Golden).AsSpan());
        const string Program = "\"program\": \"Pricing\",";
        string other = manifest.Replace(Program, "", StringComparison.Ordinal).Replace("\"formatVersion\": 2", $"{Program} \"formatVersion\": 2", StringComparison.Ordinal);
        Assert.NotEqual(manifest, other);
        Assert.Equal(manifest, Encoding.UTF8.GetString(DeltaManifestText.Write(DeltaManifestText.Read(Encoding.UTF8.GetBytes(other), "x")).AsSpan()));
    }

    [Fact]
    public void A_damaged_member_is_named() =>
        Assert.Contains("modules.functions.firstLine is missing", Fails(DeltaDiagnostics.DamagedManifest, "\"firstLine\": 41,", ""));

    private static string Fails(DiagnosticDescriptor expected, string text, string other)
    {
        List<ZipItem> items = SampleDeltas.Items();
        string manifest = Encoding.UTF8.GetString(items[0].Content.AsSpan());
        int at = manifest.IndexOf(text, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{text} is not in the manifest");
        items[0] = items[0] with { Content = [.. Encoding.UTF8.GetBytes(manifest[..at] + other + manifest[(at + text.Length)..])] };
        Failure failure = Assert.Throws<HotpatchException>(() => DeltaFile.Read(ZipContainerWriter.Write(items).AsMemory(), "Pricing.hotpatch")).Failure;
        Assert.Equal(expected.Id, failure.Id);
        Assert.Equal(ExitCode.Integrity, failure.ExitCode);
        return failure.What;
    }

    private static string GoldenPath => Path.Combine(AppContext.BaseDirectory, "Deltas", "Golden", "manifest.json");
}
