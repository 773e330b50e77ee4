using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>Reads blobs through git processes that stay alive between reads. Safe to use from several threads.</summary>
internal sealed class GitObjectReader(GitCommand git, string folder, long blobLimit) : IDisposable
{
    private readonly Lock _gate = new();
    private GitBatchProcess? _stored;
    private GitBatchProcess? _checkedOut;

    /// <summary>The process that is alive, for tests.</summary>
    internal int? ProcessId => _stored?.ProcessId;

    /// <summary>Reads a blob as stored and checks it against its name.</summary>
    internal byte[] ReadStored(ObjectId id, CancellationToken cancellation) => WithProcess(
        ref _stored, ["--no-replace-objects", "cat-file", "--batch"], cancellation, process =>
        {
            long size = AskForSize(process, Encoding.ASCII.GetBytes(id.Hex), id);
            byte[] content = new byte[size];
            if (!process.TryRead(content) || process.ReadByte() != '\n')
                throw Unreadable(id, process.EndAndExplain());
            return NameOf(content, id.Hex.Length) == id.Hex ? content : throw Unreadable(id, "its content does not match its name");
        });

    /// <summary>
    /// Reads a blob as a checkout would write it. git's header gives the size before the filters ran, so the end of the content is
    /// found by a second request: for an object that cannot exist, whose "missing" line comes right behind.
    /// </summary>
    internal byte[] ReadCheckedOut(ObjectId id, string path, CancellationToken cancellation) => WithProcess(
        ref _checkedOut, ["--no-replace-objects", "cat-file", "--batch", "--filters"], cancellation, process =>
        {
            string nonce = "end-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            AskForSize(process, [.. Encoding.ASCII.GetBytes(id.Hex), (byte)' ', .. GitPathText.Encode(path)], id);
            if (!process.TryAsk(Encoding.ASCII.GetBytes(nonce + " -")))
                throw Unreadable(id, process.EndAndExplain());
            byte[] end = Encoding.ASCII.GetBytes($"\n{nonce} missing\n");
            using MemoryStream content = new();
            for (int next; (next = process.ReadByte()) >= 0;)
            {
                content.WriteByte((byte)next);
                ReadOnlySpan<byte> soFar = content.GetBuffer().AsSpan(0, (int)content.Length);
                if (next == '\n' && soFar.EndsWith(end))
                    return soFar[..^end.Length].ToArray();
                if (content.Length > blobLimit + end.Length)
                    throw TooLarge(process, id, content.Length);
            }

            throw Unreadable(id, process.EndAndExplain());
        });

    public void Dispose()
    {
        lock (_gate)
        {
            _stored?.Dispose();
            _checkedOut?.Dispose();
            _stored = _checkedOut = null;
        }
    }

    private byte[] WithProcess(
        ref GitBatchProcess? slot, ReadOnlySpan<string> arguments, CancellationToken cancellation, Func<GitBatchProcess, byte[]> read)
    {
        lock (_gate)
        {
            cancellation.ThrowIfCancellationRequested();
            GitBatchProcess process = slot ??= new GitBatchProcess(git, folder, arguments);
            using CancellationTokenRegistration kill = cancellation.Register(static state => ((GitBatchProcess)state!).End(), process);
            bool done = false;
            try
            {
                byte[] content = read(process);
                done = true;
                return content;
            }
            catch (HotpatchException) when (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation);
            }
            finally
            {
                // After a failure the next answer's beginning is unknown, and after a cancellation git is gone: start anew.
                if (!done || cancellation.IsCancellationRequested)
                {
                    process.End();
                    process.Dispose();
                    slot = null;
                }
            }
        }
    }

    private long AskForSize(GitBatchProcess process, ReadOnlySpan<byte> request, ObjectId id)
    {
        string? header = process.TryAsk(request) ? process.ReadLine() : null;
        string[] words = header?.Split(' ') ?? [];
        if (words is not [_, "blob", string size] || words[0] != id.Hex ||
            !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
        {
            string reason = words is [_, _, _] ? $"it is a {words[1]}" : "it is missing";
            string explained = process.EndAndExplain();
            throw Unreadable(id, explained.Length > 0 ? explained : reason);
        }

        return bytes <= blobLimit ? bytes : throw TooLarge(process, id, bytes);
    }

    private HotpatchException Unreadable(ObjectId id, string reason) =>
        new(BuildDiagnostics.ObjectUnreadable.With(id, folder, GitFailures.OneLine(reason)));

    private HotpatchException TooLarge(GitBatchProcess process, ObjectId id, long bytes)
    {
        process.End();
        return new HotpatchException(BuildDiagnostics.ObjectTooLarge.With(id, bytes, blobLimit));
    }

    /// <summary>The name git gives a blob: the hash of <c>blob SIZE NUL</c> and its content (gitformat "Object storage format").</summary>
    private static string NameOf(byte[] content, int digits)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(digits == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
