namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>How an attempt ended.</summary>
internal enum AttemptResult
{
    /// <summary>All words are stored.</summary>
    Done,

    /// <summary>A thread was in the way; everything runs on, unchanged.</summary>
    Busy,

    /// <summary>A thread did not stop in time; everything runs on, unchanged.</summary>
    NotStopped,

    /// <summary>There were more threads than room for them; once more with more room.</summary>
    NoRoom,

    /// <summary>The process has ended.</summary>
    Exited,

    /// <summary>The process runs another program now.</summary>
    Replaced,

    /// <summary>A word was not what it should be.</summary>
    Differs,

    /// <summary>A store failed.</summary>
    StoreFailed,

    /// <summary>A thread could not be seized.</summary>
    Refused,
}

/// <summary>Where a thread was in the way.</summary>
internal enum ObstaclePlace
{
    /// <summary>Its instruction pointer.</summary>
    Instruction,

    /// <summary>A general register.</summary>
    Register,

    /// <summary>A word of its stack.</summary>
    Stack,

    /// <summary>A word of its thread-local storage.</summary>
    ThreadLocal,

    /// <summary>Its stack can't be found or read.</summary>
    UnknownStack,
}

/// <summary>What ended an attempt; plain values only, because it is filled in while threads stand still.</summary>
internal struct Obstacle
{
    internal AttemptResult Result;
    internal int Tid;
    internal ObstaclePlace Place;

    /// <summary>Index of the guarded range, or -1.</summary>
    internal int Guard;

    /// <summary>Where the word stands, or the word's address for <see cref="AttemptResult.Differs"/>.</summary>
    internal ulong Address;

    /// <summary>The word.</summary>
    internal ulong Value;

    /// <summary>What the word should have been.</summary>
    internal ulong Expected;

    /// <summary>The stores before the one that failed were taken back.</summary>
    internal bool Undone;
}
