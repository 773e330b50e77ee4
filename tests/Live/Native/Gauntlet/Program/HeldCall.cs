using System.IO.Pipes;

/// <summary>A call that is on a thread's stack until it is told to go on.</summary>
sealed class HeldCall
{
    private readonly string _kind;
    private readonly ManualResetEventSlim _go = new();
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _end;
    private readonly Thread _thread;
    private string _result = "";

    public HeldCall(string kind)
    {
        _kind = kind;
        _end = new AnonymousPipeClientStream(PipeDirection.In, _pipe.ClientSafePipeHandle);
        var entered = new ManualResetEventSlim();
        _thread = new Thread(() => Run(entered));
        _thread.Start();
        entered.Wait();
    }

    /// <summary>Lets the call finish, and says which version it was, and which one the next call is.</summary>
    public string Release()
    {
        _go.Set();
        _pipe.WriteByte(1);
        _thread.Join();
        return _kind + "=" + _result;
    }

    private void Run(ManualResetEventSlim entered)
    {
        int first = _kind switch
        {
            "waiting" => Patched.HeldWaiting(_go, entered),
            "reading" => Patched.HeldReading(_end, entered),
            "sleeping" => Patched.HeldSleeping(_go, entered),
            "recursive" => Patched.HeldRecursive(_go, entered, 20),
            _ => 0,
        };
        var done = new ManualResetEventSlim(true);
        int next = _kind switch
        {
            "waiting" => Patched.HeldWaiting(done, done),
            "reading" => NextReading(done),
            "sleeping" => Patched.HeldSleeping(done, done),
            "recursive" => Patched.HeldRecursive(done, done, 20),
            _ => 0,
        };
        _result = first + "," + next;
    }

    private int NextReading(ManualResetEventSlim done)
    {
        using var again = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = new AnonymousPipeClientStream(PipeDirection.In, again.ClientSafePipeHandle);
        again.WriteByte(2);
        return Patched.HeldReading(end, done);
    }
}
