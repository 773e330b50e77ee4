using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>Where a rebuild puts its files: a folder of its own under <c>obj/</c>. Their names are the build's, since some stand in the executable.</summary>
internal sealed class RebuiltFiles
{
    private readonly string _folder;

    /// <summary>Names the files.</summary>
    /// <param name="present">The files of the present build.</param>
    /// <param name="commit">What is rebuilt.</param>
    public RebuiltFiles(BuildRequest present, ObjectId commit)
    {
        _folder = Path.Combine(present.IntermediateDirectory, "rebuilt", commit.Hex[..12]);
        NativeFolder = Path.Combine(_folder, "native");
        IlcResponse = Path.Combine(NativeFolder, "ilc.rsp");
        Request = present with
        {
            Assembly = Path.Combine(_folder, Path.GetFileName(present.Assembly)),
            CompilerArguments = Path.Combine(_folder, "csc.rsp"),
            Native = present.Native is { } native ? Moved(native) : null,
        };
    }

    /// <summary>The rebuild's outputs, and for all else the present build.</summary>
    public BuildRequest Request { get; }

    /// <summary>The folder of the native compiler's outputs.</summary>
    public string NativeFolder { get; }

    /// <summary>The native compiler's response file.</summary>
    public string IlcResponse { get; }

    /// <summary>Makes the folders, without anything that an earlier rebuild left.</summary>
    public void Prepare()
    {
        Delete();
        Directory.CreateDirectory(NativeFolder);
        if (Request.Native is { } native)
            OutputFiles.CreateFolderOf(native.Executable);
    }

    /// <summary>Deletes everything. After a failure the files stay, to be looked at.</summary>
    public void Delete()
    {
        try
        {
            if (Directory.Exists(_folder))
                Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(PipelineDiagnostics.CannotWrite.With(_folder, e.Message.TrimEnd('.')), e);
        }
    }

    private NativeOutputs Moved(NativeOutputs present) => present with
    {
        NativeObject = Path.Combine(NativeFolder, Path.GetFileName(present.NativeObject)),
        NativeMap = Path.Combine(NativeFolder, Path.GetFileName(present.NativeMap)),
        Executable = Path.Combine(_folder, "bin", Path.GetFileName(present.Executable)),
        SymbolFile = Path.Combine(_folder, "bin", Path.GetFileName(present.SymbolFile)),
    };
}
