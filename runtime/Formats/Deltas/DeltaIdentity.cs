using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>
/// A delta's id: the first 16 bytes of the SHA-256 of what the delta is, which is everything in the manifest (the hashes of the images
/// included) but the id itself, when it was made and by what. The hash is over values, not over JSON text, so that
/// another JSON writer can't change it.
/// </summary>
internal static class DeltaIdentity
{
    private const int Size = 16;

    /// <summary>The id of a valid manifest; its own id is ignored.</summary>
    public static string Of(DeltaManifest manifest)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Text("hotpatch delta");
        Number(manifest.FormatVersion);
        Text(manifest.Program);
        Revision(manifest.Baseline);
        Revision(manifest.Target);
        Text(manifest.Advisory.Text);
        List(manifest.Advisory.Identifiers, Text);
        Number((int)manifest.ActiveCode.Policy);
        Number(manifest.ActiveCode.TimeoutSeconds);
        List(manifest.Modules, Module);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, Size));

        void Revision(DeltaRevision revision)
        {
            Text(revision.Commit);
            Text(revision.Describe);
            Number(revision.Modified ? 1 : 0);
        }

        void Module(DeltaModule module)
        {
            Text(module.Name);
            Number((int)module.Engine);
            Text(module.Mvid.ToString("D"));
            Text(module.BuildId);
            Text(module.Image);
            Text(module.ImageSha256);
            List(module.Functions, Function);
        }

        void Function(DeltaFunction function)
        {
            Text(function.Symbol);
            Text(function.DisplayName);
            Text(function.File);
            Number(function.FirstLine);
            Number(function.LastLine);
            Number(function.Added ? 1 : 0);
        }

        void List<T>(ImmutableArray<T> items, Action<T> one)
        {
            Number(items.Length);
            foreach (T item in items)
                one(item);
        }

        // The length comes first, so that no two different sequences of texts give the same bytes; null has none.
        void Text(string? text)
        {
            byte[] utf8 = text is null ? [] : Encoding.UTF8.GetBytes(text);
            Number(text is null ? -1 : utf8.Length);
            hash.AppendData(utf8);
        }

        void Number(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            hash.AppendData(bytes);
        }
    }
}
