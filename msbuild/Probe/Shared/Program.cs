using System;
using System.Threading;

namespace HotpatchProbe;

/// <summary>Answers the name of a check with what the check says, line by line, until its input ends.</summary>
internal static class Program
{
    private static int Main()
    {
        Shared.Reset();
        Shared.Count = Shared.Warm();
        new Thread(Churn) { IsBackground = true }.Start();
        Console.Out.WriteLine("ready");
        while (Console.In.ReadLine() is { } name)
        {
            Console.Out.WriteLine(Answer(name));
            Console.Out.Flush();
        }
        return 0;
    }

    private static string Answer(string name)
    {
        try
        {
            return name switch
            {
                "literal" => Checks.Literal(),
                "collection" => Checks.Collection(),
                "exceptions" => Checks.Exceptions(),
                "raise" => Shared.CatchFromCheck(),
                "stack trace" => Checks.StackTrace(),
                "new type" => Checks.NewType(),
                "interface dispatch" => Checks.InterfaceDispatch(),
                "statics" => Checks.Statics(),
                "thread static" => Checks.ThreadStatic(),
                _ => "unknown",
            };
        }
        catch (Exception e)
        {
            return e.GetType().Name + " " + e.Message;
        }
    }

    // Allocates and calls what is patched all the time, so that the patch meets collections and callers.
    private static void Churn()
    {
        while (true)
        {
            Shared.Allocate(1000);
            Checks.Literal();
            Thread.Sleep(1);
        }
    }
}
