using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds loops that a thread may stay in for ever.</summary>
internal static class Loops
{
    private static readonly HashSet<string> Waiting = new(StringComparer.Ordinal)
    {
        "System.Threading.Thread::Sleep", "System.Threading.Thread::Join", "System.Threading.WaitHandle::WaitOne", "System.Threading.WaitHandle::WaitAny",
        "System.Threading.Monitor::Wait", "System.Threading.ManualResetEventSlim::Wait", "System.Threading.SemaphoreSlim::Wait", "System.Threading.Tasks.Task::Wait",
        "System.Threading.CancellationToken::get_IsCancellationRequested", "System.Console::ReadLine", "System.Console::ReadKey",
        "System.Net.Sockets.Socket::Accept", "System.Net.Sockets.TcpListener::AcceptTcpClient", "System.Net.HttpListener::GetContext",
        "System.Collections.Concurrent.BlockingCollection`1::Take",
    };

    private static readonly HashSet<string> WaitingAsync = new(StringComparer.Ordinal)
    {
        "System.Threading.Tasks.Task::Delay", "System.Threading.PeriodicTimer::WaitForNextTickAsync", "System.Threading.SemaphoreSlim::WaitAsync",
        "System.Threading.Channels.ChannelReader`1::ReadAsync", "System.Threading.Channels.ChannelReader`1::WaitToReadAsync",
        "System.Threading.Channels.ChannelReader`1::ReadAllAsync", "System.Collections.Generic.IAsyncEnumerator`1::MoveNextAsync",
        "System.Net.Sockets.Socket::AcceptAsync", "System.Net.Sockets.TcpListener::AcceptTcpClientAsync", "System.Net.Sockets.TcpListener::AcceptSocketAsync",
        "System.Net.HttpListener::GetContextAsync", "System.IO.TextReader::ReadLineAsync",
    };

    /// <summary>Whether a method has a loop that its own condition does not end (<c>while (true)</c>), or that waits for something in each round.</summary>
    public static bool MayNeverEnd(MethodDefinition method)
    {
        if (!method.HasBody) return false;
        foreach (var instruction in method.Body.Instructions)
        {
            if (instruction.Operand is not Instruction target || target.Offset > instruction.Offset) continue;
            if (instruction.OpCode.Code is Code.Leave or Code.Leave_S) continue;
            if (instruction.OpCode.FlowControl == FlowControl.Branch && !HasWayOut(method, target, instruction)) return true;
            for (var at = target; at is not null && at.Offset <= instruction.Offset; at = at.Next)
                if (at.Operand is MethodReference called && Waiting.Contains($"{called.DeclaringType.GetElementType().FullName}::{called.Name}")) return true;
        }
        return false;
    }

    /// <summary>Whether a state machine has a loop in which it waits for what may come as long as the process runs, or which its own condition does not end.</summary>
    /// <param name="moveNext">Its <c>MoveNext</c>.</param>
    public static bool MayNeverEndSuspended(MethodDefinition moveNext)
    {
        if (!moveNext.HasBody) return false;
        if (MayNeverEnd(moveNext)) return true;
        foreach (var instruction in moveNext.Body.Instructions)
        {
            if (instruction.Operand is MethodReference called && WaitingAsync.Contains($"{called.DeclaringType.GetElementType().FullName}::{called.Name}") && IsInLoop(moveNext, instruction)) return true;
        }
        return false;
    }

    /// <summary>Whether a jump back leads over an instruction.</summary>
    public static bool IsInLoop(MethodDefinition method, Instruction instruction) =>
        method.Body.Instructions.Any(jump => jump.Offset >= instruction.Offset
            && (jump.Operand is Instruction target ? target.Offset <= instruction.Offset : jump.Operand is Instruction[] targets && targets.Any(t => t.Offset <= instruction.Offset)));

    /// <summary>Whether a conditional branch at the loop's head leaves it: then it is an ordinary loop that the compiler turned round.</summary>
    private static bool HasWayOut(MethodDefinition method, Instruction first, Instruction last)
    {
        foreach (var instruction in method.Body.Instructions)
        {
            if (instruction.Offset < first.Offset || instruction.Offset >= last.Offset) continue;
            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch && instruction.Operand is Instruction target && (target.Offset > last.Offset || target.Offset < first.Offset)) return true;
        }
        return false;
    }
}
