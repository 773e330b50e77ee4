namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>A catalogue file is not as it must be; the message begins with the file and the line.</summary>
public sealed class CatalogueFormatException(string file, int line, string problem) : Exception($"{file}:{line}: {problem}");
