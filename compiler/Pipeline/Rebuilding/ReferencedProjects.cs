using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using HotpatchBuild.Compiler.Compilations;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>
/// The assemblies that other projects of the repository contribute. A rebuild takes them as they are now, so they must be what the older
/// revision would have made too.
/// </summary>
/// <param name="revision">The older revision.</param>
/// <param name="projectDirectory">The program's own project folder.</param>
internal sealed class ReferencedProjects(RevisionSources revision, string projectDirectory)
{
    /// <summary>Finds an assembly whose sources differ.</summary>
    /// <param name="assemblies">The referenced assemblies, absolute.</param>
    /// <returns>The assembly with a file that differs, or null.</returns>
    public (string Assembly, string File)? FindChanged(IEnumerable<string> assemblies)
    {
        foreach (string assembly in assemblies.Distinct(StringComparer.Ordinal))
        {
            if (revision.ToRelative(assembly) is { } relative && FindChange(assembly, relative) is { } change)
                return (Path.GetFileName(assembly), change.Path);
        }
        return null;
    }

    private TreeChange? FindChange(string assembly, string relative)
    {
        string? folder = FolderOfProject(relative);
        HashSet<string> documents = Documents(assembly);
        return revision.Changes.FirstOrDefault(change => Concerns(change.Older) || Concerns(change.Newer));

        bool Concerns(TreeEntry? file) =>
            file is not null && (file.Path == relative || documents.Contains(file.Path)
                || (folder is not null && file.Path.StartsWith(folder, StringComparison.Ordinal) && MayBeInput(file.Path[folder.Length..])));
    }

    /// <summary>The folder, with a slash behind it, of the project above an output; null where there is none or where it is the program's own.</summary>
    private string? FolderOfProject(string relative)
    {
        for (string folder = relative; folder.Contains('/', StringComparison.Ordinal);)
        {
            folder = folder[..folder.LastIndexOf('/')];
            string path = revision.ToAbsolute(folder);
            if (!Directory.Exists(path) || !Directory.EnumerateFiles(path, "*.*proj").Any())
                continue;
            return path == Path.TrimEndingDirectorySeparator(projectDirectory) ? null : folder + "/";
        }
        return null;
    }

    private static bool MayBeInput(string path) =>
        !path.EndsWith(".md", StringComparison.OrdinalIgnoreCase) && path.Split('/') is not ["bin" or "obj", ..];

    /// <summary>The sources that the assembly's PDB names, as paths of the repository. Linked files lie outside the project's folder.</summary>
    private HashSet<string> Documents(string assembly)
    {
        HashSet<string> documents = new(StringComparer.Ordinal);
        try
        {
            using var image = new PEReader(ImmutableArray.Create(BuildFiles.Read(assembly)));
            if (!image.TryOpenAssociatedPortablePdb(assembly, OpenIfThere, out MetadataReaderProvider? provider, out _))
                return documents;
            using (provider)
            {
                MetadataReader reader = provider!.GetMetadataReader();
                foreach (DocumentHandle handle in reader.Documents)
                {
                    string name = reader.GetString(reader.GetDocument(handle).Name);
                    if (name.StartsWith(SourcePlaces.MappedRoot, StringComparison.Ordinal))
                        documents.Add(name[SourcePlaces.MappedRoot.Length..]);
                    else if (revision.ToRelative(name) is { } relative)
                        documents.Add(relative);
                }
            }
            return documents;
        }
        catch (BadImageFormatException e)
        {
            throw new HotpatchException(PipelineDiagnostics.NotAnAssembly.With(assembly), e);
        }
    }

    private static MemoryStream? OpenIfThere(string path) => File.Exists(path) ? new MemoryStream(BuildFiles.Read(path)) : null;
}
