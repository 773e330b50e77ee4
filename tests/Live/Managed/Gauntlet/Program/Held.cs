namespace Gauntlet;

/// <summary>Calls that can be kept under way.</summary>
public static class Held
{
    public static async Task<string> Async(Task gate)
    {
        string before = "v1";
        await gate;
        return before + " v1 async";
    }

    public static IEnumerable<string> Iterator()
    {
        yield return "v1 first";
        yield return "v1 second";
    }

    public static string Waiting(ManualResetEventSlim entered, ManualResetEventSlim gate)
    {
        entered.Set();
        gate.Wait();
        return "v1 waiting";
    }
}
