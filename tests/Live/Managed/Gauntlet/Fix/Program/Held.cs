namespace Gauntlet;

/// <summary>Calls that can be kept under way.</summary>
public static class Held
{
    public static async Task<string> Async(Task gate)
    {
        string before = "v2";
        await gate;
        return before + " v2 async";
    }

    public static IEnumerable<string> Iterator()
    {
        yield return "v2 first";
        yield return "v2 second";
    }

    public static string Waiting(ManualResetEventSlim entered, ManualResetEventSlim gate)
    {
        entered.Set();
        gate.Wait();
        return "v2 waiting";
    }
}
