namespace HotpatchBuild.Formats.Deltas;

/// <summary>What happens with calls that are under way, at the switch, in methods that it changes.</summary>
public enum ActiveCodePolicy
{
    /// <summary>They finish with the code they began with, and are reported. Nobody waits.</summary>
    Finish,

    /// <summary>The switch waits for a moment at which there are none; when none comes in time, nothing is changed.</summary>
    Wait,

    /// <summary>Nothing is changed while there are any.</summary>
    Refuse,
}

/// <summary>A delta's choice of what happens with calls that are under way. A command line can choose otherwise.</summary>
/// <param name="Policy">What.</param>
/// <param name="TimeoutSeconds">How long <see cref="ActiveCodePolicy.Wait"/> waits, in seconds; 0 to <see cref="MaximumTimeout"/>.</param>
public sealed record DeltaActiveCode(ActiveCodePolicy Policy, int TimeoutSeconds)
{
    /// <summary>Seconds that are waited at most.</summary>
    public const int MaximumTimeout = 3600;

    /// <summary>Seconds that are waited where nobody says how long.</summary>
    public const int DefaultTimeout = 10;

    /// <summary>What a delta has whose author chose nothing.</summary>
    public static DeltaActiveCode Default { get; } = new(ActiveCodePolicy.Finish, DefaultTimeout);

    /// <summary>The names of the policies as people write them, in the order of <see cref="ActiveCodePolicy"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["finish", "wait", "refuse"];

    /// <summary>Reads a policy's name, in any case.</summary>
    /// <returns>False when it is none.</returns>
    public static bool TryParse(string name, out ActiveCodePolicy policy)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (!Names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            policy = (ActiveCodePolicy)i;
            return true;
        }
        policy = default;
        return false;
    }

    /// <summary>A policy's name.</summary>
    public static string NameOf(ActiveCodePolicy policy) => Names[(int)policy];
}
