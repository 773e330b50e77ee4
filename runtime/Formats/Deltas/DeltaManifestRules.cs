using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>What a manifest's values may be. Checked before writing and after reading.</summary>
internal static class DeltaManifestRules
{
    /// <summary>Where images stand in the container.</summary>
    public const string ImageFolder = "images/";

    /// <summary>How images end.</summary>
    public const string ImageExtension = ".dll";

    /// <summary>Modules of one delta.</summary>
    public const int MaximumModules = 256;

    private const int MaximumNameSize = 200, MaximumLineSize = 4096, MaximumTextSize = 1 << 20;

    /// <summary>The path of a module's image.</summary>
    public static string ImagePathOf(string module) => ImageFolder + module + ImageExtension;

    /// <summary>Throws where a rule does not hold.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="delta">The delta's name, for failures.</param>
    public static void Check(DeltaManifest manifest, string delta)
    {
        Require(manifest.FormatVersion == DeltaManifest.CurrentFormatVersion, "its format version is another one");
        Require(Texts.IsName(manifest.Program, MaximumNameSize), "the program has no proper name");
        Revision(manifest.Baseline, "baseline");
        Revision(manifest.Target, "target");
        Require(manifest.CreatedAt.Offset == TimeSpan.Zero, "createdAt is not in UTC");
        Require(Texts.IsName(manifest.CreatedBy, MaximumLineSize), "createdBy is empty or not one line");
        Require(Texts.IsText(manifest.Advisory.Text, MaximumTextSize), "the advisory text is too long or has control characters");
        Require(!manifest.Advisory.Identifiers.IsDefault && manifest.Advisory.Identifiers.All(i => Texts.IsName(i, MaximumLineSize)), "an advisory identifier is empty or not one line");
        Require(manifest.ActiveCode.Policy is ActiveCodePolicy.Finish or ActiveCodePolicy.Wait or ActiveCodePolicy.Refuse, "its active code policy is unknown");
        Require(manifest.ActiveCode.TimeoutSeconds is >= 0 and <= DeltaActiveCode.MaximumTimeout, $"its active code timeout is not 0 to {DeltaActiveCode.MaximumTimeout} seconds");
        Require(!manifest.Modules.IsDefaultOrEmpty, "it has no module");
        Require(manifest.Modules.Length <= MaximumModules, $"it has more than {MaximumModules} modules");
        Require(manifest.Modules.All(m => m is not null), "a module is null");
        foreach (DeltaModule module in manifest.Modules)
            Module(module);
        Require(manifest.Modules.Select(m => m.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() == manifest.Modules.Length, "two modules have the same name");

        string id = DeltaIdentity.Of(manifest);
        Require(Texts.IsLowerHex(manifest.Id, 32, 32), "its id is not 32 lower-case hex digits");
        if (manifest.Id != id)
            throw new HotpatchException(DeltaDiagnostics.IdDiffers.With(delta, manifest.Id, id));

        void Revision(DeltaRevision revision, string which)
        {
            // A delta between two builds without sources knows no commit.
            Require(revision.Commit.Length is 0 or 40 or 64 && (revision.Commit.Length == 0 || Texts.IsLowerHex(revision.Commit, 40, 64)), $"the {which} revision is not a full object name");
            Require(Texts.IsLine(revision.Describe, MaximumLineSize), $"the {which} revision's description is not one line");
        }

        void Module(DeltaModule module)
        {
            Require(IsModuleName(module.Name), "a module has no proper name");
            Require(module.Engine is PatchEngine.Native or PatchEngine.Managed, $"the engine of {module.Name} is unknown");
            Require(module.Image == ImagePathOf(module.Name), $"the image of {module.Name} is not {ImagePathOf(module.Name)}");
            Require(Texts.IsLowerHex(module.ImageSha256, 64, 64), $"the image hash of {module.Name} is not 64 lower-case hex digits");
            Require(module.Engine == PatchEngine.Native
                ? Texts.IsLowerHex(module.BuildId, 2, 2 * NativePatchImageRules.MaximumBuildIdSize)
                : module.BuildId is null, $"the build-id of {module.Name} is not what its engine needs");
            Require(!module.Functions.IsDefault && module.Functions.All(f => f is not null), $"the functions of {module.Name} are missing");
            foreach (DeltaFunction function in module.Functions)
                Function(function);
        }

        void Function(DeltaFunction function)
        {
            Require(Texts.IsName(function.Symbol, NativePatchImageRules.MaximumNameSize) && Texts.IsName(function.DisplayName, NativePatchImageRules.MaximumNameSize), "a function has no proper name");
            Require(function.File is null || Texts.IsName(function.File, MaximumLineSize), $"the file of {function.DisplayName} has no proper name");
            Require(function.FirstLine >= 0 && function.LastLine >= function.FirstLine, $"the lines of {function.DisplayName} are not in order");
        }

        void Require(bool holds, string otherwise)
        {
            if (!holds)
                throw new HotpatchException(DeltaDiagnostics.InvalidManifest.With(delta, otherwise));
        }
    }

    // What every file system takes as one file name: the image's path is made of it.
    private static bool IsModuleName(string name) =>
        Texts.IsName(name, MaximumNameSize) && name.AsSpan().IndexOfAny("/\\:*?\"<>|") < 0 && name[0] != '.' && name[^1] is not ('.' or ' ');
}
