using System.Diagnostics;
using System.Text;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>A long-lived <c>git cat-file --batch</c>: requests are lines, answers a header line and bytes. It ends with its standard input.</summary>
internal sealed class GitBatchProcess : IDisposable
{
    /// <summary>Header lines are an object name, a type and a size; a "missing" line repeats what was asked.</summary>
    private const int LineLimit = 4096;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task<byte[]> _error;
    private readonly BufferedStream _output;

    internal GitBatchProcess(GitCommand git, string folder, params ReadOnlySpan<string> arguments)
    {
        _process = git.Start(folder, arguments);
        _error = Task.Run(() => GitCommand.ReadTail(_process.StandardError.BaseStream));
        _output = new BufferedStream(_process.StandardOutput.BaseStream, 1 << 16);
    }

    internal int ProcessId => _process.Id;

    /// <summary>Sends one line.</summary>
    /// <returns>False when git has ended.</returns>
    internal bool TryAsk(ReadOnlySpan<byte> request)
    {
        try
        {
            Stream input = _process.StandardInput.BaseStream;
            input.Write([.. request, (byte)'\n']);
            input.Flush();
            return true;
        }
        catch (IOException exception)
        {
            Trace.WriteLine($"git {_process.Id} takes no more requests: {exception.Message}");
            return false;
        }
    }

    /// <summary>The next line without its end, or null at the end of the answers or when it is too long to be one.</summary>
    internal string? ReadLine()
    {
        List<byte> line = [];
        for (int next; (next = _output.ReadByte()) >= 0 && line.Count < LineLimit;)
        {
            if (next == '\n')
                return Encoding.Latin1.GetString([.. line]);
            line.Add((byte)next);
        }

        return null;
    }

    /// <summary>Reads exactly so many bytes; false at the end of the answers.</summary>
    internal bool TryRead(Span<byte> bytes) => _output.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;

    /// <summary>The next byte, or -1 at the end of the answers.</summary>
    internal int ReadByte() => _output.ReadByte();

    /// <summary>Ends git at once; whoever reads its answers then comes to their end.</summary>
    internal void End() => GitCommand.End(_process);

    /// <summary>Ends git and gives what it wrote to its standard error.</summary>
    internal string EndAndExplain()
    {
        End();
        return Encoding.UTF8.GetString(_error.GetAwaiter().GetResult()).Trim();
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException exception)
        {
            Trace.WriteLine($"git {_process.Id} had ended: {exception.Message}");
        }

        if (!_process.WaitForExit(EndPatience))
            End();
        _process.WaitForExit();
        _output.Dispose();
        _process.Dispose();
    }
}
