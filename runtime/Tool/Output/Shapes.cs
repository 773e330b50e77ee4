using System.Text.Json.Serialization;

namespace HotpatchBuild.Tool.Output;

// What --json prints: one object per command. Names and meanings never change; members may be added. Times are ISO 8601 in UTC,
// sizes bytes, addresses hexadecimal text, and what is unknown or does not apply is null.

/// <summary>What every command prints.</summary>
/// <param name="Command">The command's name.</param>
/// <param name="ExitCode">What it ends with: 0 done, 1 usage, 2 refused, 3 no such target or no permission, 4 integrity, 5 no safe moment.</param>
/// <param name="Error">The first thing that went wrong, or null.</param>
internal abstract record CommandOutput(
    [property: JsonPropertyOrder(-3)] string Command, [property: JsonPropertyOrder(-2)] int ExitCode, [property: JsonPropertyOrder(-1)] ErrorOutput? Error);

/// <summary>One refusal or error.</summary>
/// <param name="Id">Its number, for example HPB4501.</param>
/// <param name="What">What is wrong.</param>
/// <param name="WhatToDo">The next step.</param>
/// <param name="ExitCode">What a command that fails with it ends with.</param>
/// <param name="Title">What it is about; null where the number has no descriptor.</param>
/// <param name="Why">The reason that lies in the runtime, the language or the format; null where the number has no descriptor.</param>
/// <param name="Severity">error or warning.</param>
/// <param name="File">Source file, or null.</param>
/// <param name="Line">1-based line; 0 where unknown.</param>
internal sealed record ErrorOutput(string Id, string What, string WhatToDo, int ExitCode, string? Title, string? Why, string Severity, string? File, int Line);

/// <summary>A command that failed before it had anything to say.</summary>
internal sealed record FailureOutput(string Command, int ExitCode, ErrorOutput? Error) : CommandOutput(Command, ExitCode, Error);

/// <summary>A delta file.</summary>
internal sealed record DeltaOutput(
    string Id, string Program, RevisionOutput Baseline, RevisionOutput Target, DateTimeOffset CreatedAt, string CreatedBy, AdvisoryOutput Advisory,
    SignatureOutput? Signature, ActiveCodeOutput ActiveCode);

/// <summary>What a delta wants for calls that are under way in what it changes.</summary>
/// <param name="Policy">finish, wait or refuse.</param>
/// <param name="TimeoutSeconds">How long to wait.</param>
internal sealed record ActiveCodeOutput(string Policy, int TimeoutSeconds);

/// <summary>A revision.</summary>
internal sealed record RevisionOutput(string Commit, string Describe, bool Modified);

/// <summary>Why the delta was made.</summary>
internal sealed record AdvisoryOutput(string Text, IReadOnlyList<string> Identifiers);

/// <summary>A delta's signature.</summary>
/// <param name="State">unsigned, signed (trust not asked) or trusted.</param>
/// <param name="Signer">Subject of the signer's certificate.</param>
/// <param name="Thumbprint">SHA-256 of the signer's certificate.</param>
/// <param name="NotAfter">When the certificate ends.</param>
internal sealed record SignatureOutput(string State, string? Signer, string? Thumbprint, DateTimeOffset? NotAfter);

/// <summary>How much of something is used.</summary>
internal sealed record SpaceOutput(ulong Used, ulong Size, ulong Left);

/// <summary>The reserved space: code and data in bytes, entries and slots in pieces.</summary>
internal sealed record ArenaOutput(SpaceOutput Code, SpaceOutput Data, SpaceOutput Entries, SpaceOutput Slots, SpaceOutput StaticBlocks);

/// <summary><c>apply</c>, <c>check</c> and <c>rollback</c>.</summary>
/// <param name="Command">See <see cref="CommandOutput"/>.</param>
/// <param name="ExitCode">That of the first process that failed.</param>
/// <param name="Error">That of the first process that failed.</param>
/// <param name="Delta">The delta; null for rollback.</param>
/// <param name="Processes">Each process.</param>
/// <param name="ActiveCode">finish, wait or refuse: what happens with calls that are under way.</param>
internal sealed record ChangesOutput(string Command, int ExitCode, ErrorOutput? Error, DeltaOutput? Delta, IReadOnlyList<ChangeOutput> Processes, string ActiveCode)
    : CommandOutput(Command, ExitCode, Error);

/// <summary>What happened to one process, or for <c>check</c> would.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Error">Why nothing happened, or null.</param>
/// <param name="Change">What happened; null with an error.</param>
internal sealed record ChangeOutput(int Pid, string Name, ErrorOutput? Error, ChangeDetails? Change);

/// <summary>What happened.</summary>
/// <param name="AlreadyInForce">What was asked for was in force; nothing was changed.</param>
/// <param name="Before">Id of the delta that was in force; null for the baseline.</param>
/// <param name="After">Id of the delta that is in force now; null for the baseline.</param>
/// <param name="ImageReused">The code was in the process from an earlier apply.</param>
/// <param name="Repaired">none, undone or completed: what became of an earlier command that was interrupted.</param>
/// <param name="Functions">Each function concerned.</param>
/// <param name="Added">Functions that the baseline does not have.</param>
/// <param name="CodeBytes">Code loaded.</param>
/// <param name="DataBytes">Data loaded.</param>
/// <param name="Stop">How long threads stood still; null for check and where nothing was switched.</param>
/// <param name="Arena">The reserved space afterwards; null for a CoreCLR process.</param>
/// <param name="Engine">native or managed.</param>
/// <param name="Managed">What only a CoreCLR process has; null for others.</param>
/// <param name="Active">For check: calls that are under way now in what would be switched; null for the other commands.</param>
internal sealed record ChangeDetails(
    bool AlreadyInForce, string? Before, string? After, bool ImageReused, string Repaired, IReadOnlyList<FunctionChangeOutput> Functions, int Added, ulong CodeBytes,
    ulong DataBytes, StopOutput? Stop, ArenaOutput? Arena, string Engine, ManagedChangeOutput? Managed, IReadOnlyList<ActiveOutput>? Active);

/// <summary>What only a change of a CoreCLR process has.</summary>
/// <param name="Methods">Methods that were switched, all at once.</param>
/// <param name="SuspendedMicroseconds">How long the runtime was suspended.</param>
/// <param name="NotLoaded">Assemblies of the delta that are not loaded yet: they are patched when they are.</param>
/// <param name="Stale">Old code that still runs.</param>
/// <param name="Notes">What has to be known beside it.</param>
internal sealed record ManagedChangeOutput(
    int Methods, double SuspendedMicroseconds, IReadOnlyList<string> NotLoaded, IReadOnlyList<StaleOutput> Stale, IReadOnlyList<NoteOutput> Notes);

/// <summary>Old code that still runs.</summary>
/// <param name="Method">Name of the changed method, or of the one that has it inlined.</param>
/// <param name="Kind">frame, inliner or state-machine.</param>
/// <param name="Thread">Thread id; null where it is on no thread.</param>
/// <param name="Count">How many frames or instances.</param>
internal sealed record StaleOutput(string Method, string Kind, int? Thread, int Count);

/// <summary>A call that is under way.</summary>
/// <param name="Method">Name of the changed method, of one that has it inlined, or of more code where that is not known.</param>
/// <param name="Kind">frame, inliner or state-machine; stack where a native process's stack tells no more.</param>
/// <param name="Thread">Thread id; null where it is not known.</param>
/// <param name="ThreadName">The thread's name, null where it is not known.</param>
internal sealed record ActiveOutput(string Method, string Kind, int? Thread, string? ThreadName);

/// <summary>Something that is no error and has to be known.</summary>
/// <param name="Id">Its number.</param>
/// <param name="What">What it is.</param>
/// <param name="WhatToDo">What can be done about it.</param>
/// <param name="Title">What it is about; null where the number has no descriptor.</param>
/// <param name="Why">The reason that lies in the runtime; null where the number has no descriptor.</param>
/// <param name="Severity">error or warning.</param>
internal sealed record NoteOutput(string Id, string What, string WhatToDo, string? Title, string? Why, string Severity);

/// <summary>One function: patched, superseded, reverted or unchanged.</summary>
internal sealed record FunctionChangeOutput(string Symbol, string Name, string Change);

/// <summary>How long threads stood still.</summary>
/// <param name="Microseconds">In the attempt that succeeded; 0 when no thread was stopped.</param>
/// <param name="LongestMicroseconds">In the longest attempt.</param>
/// <param name="Threads">Threads stopped.</param>
/// <param name="Attempts">Attempts.</param>
/// <param name="SteppedOut">Threads stepped out of a function's entry.</param>
/// <param name="SignalsPassedOn">Signals met and delivered.</param>
/// <param name="CallsUnderWay">Calls were under way in functions that changed.</param>
internal sealed record StopOutput(double Microseconds, double LongestMicroseconds, int Threads, int Attempts, int SteppedOut, int SignalsPassedOn, bool CallsUnderWay);

/// <summary><c>status</c>.</summary>
internal sealed record StatusOutput(string Command, int ExitCode, ErrorOutput? Error, IReadOnlyList<ProcessStatusOutput> Processes) : CommandOutput(Command, ExitCode, Error);

/// <summary>One process.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Error">Why it cannot be read, or null.</param>
/// <param name="BuildId">GNU build-id of its executable; for a CoreCLR process MVID of its program's assembly.</param>
/// <param name="State">baseline, in-force, interrupted or disagree.</param>
/// <param name="Explanation">One sentence for the last two.</param>
/// <param name="InForce">The delta in force.</param>
/// <param name="Functions">Every function that a loaded delta replaces, as the process's memory says.</param>
/// <param name="History">What was in force, oldest first; null without --history.</param>
/// <param name="ImagesLoaded">Deltas whose code is in the process.</param>
/// <param name="Arena">The reserved space; null for a CoreCLR process.</param>
/// <param name="Engine">native or managed.</param>
/// <param name="Prepared">The process was prepared for hotpatches when it started; null for the native engine.</param>
/// <param name="NotLoaded">Assemblies of the delta that are not loaded yet; null for the native engine.</param>
/// <param name="Stale">Old code that still runs; null for the native engine.</param>
internal sealed record ProcessStatusOutput(
    int Pid, string Name, ErrorOutput? Error, string? BuildId, string? State, string? Explanation, InForceOutput? InForce,
    IReadOnlyList<FunctionStatusOutput>? Functions, IReadOnlyList<InForceOutput>? History, int ImagesLoaded, ArenaOutput? Arena,
    string? Engine, bool? Prepared, IReadOnlyList<string>? NotLoaded, IReadOnlyList<StaleOutput>? Stale);

/// <summary>A delta's time in force.</summary>
internal sealed record InForceOutput(
    string Delta, string Program, string Baseline, string BaselineCommit, string Target, string TargetCommit, DateTimeOffset LoadedAt, DateTimeOffset Since, string By,
    uint Uid, string Tool, DateTimeOffset? EndedAt, string? EndedBy, string? EndReason);

/// <summary>A function as the process's memory says; addresses are null for a CoreCLR process.</summary>
internal sealed record FunctionStatusOutput(string Symbol, string Name, string? Baseline, string? Body, bool Patched, bool AsRecorded);

/// <summary><c>ps</c>.</summary>
internal sealed record ProcessesOutput(string Command, int ExitCode, ErrorOutput? Error, IReadOnlyList<ProcessOutput> Processes) : CommandOutput(Command, ExitCode, Error);

/// <summary>A process that can be patched.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its user.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="Executable">Its program's path.</param>
/// <param name="BuildId">GNU build-id; for a CoreCLR process MVID of its program's assembly, null where that cannot be seen.</param>
/// <param name="State">As in status; null when it cannot be read.</param>
/// <param name="Delta">Id of the delta in force.</param>
/// <param name="Target">The revision that the delta leads to.</param>
/// <param name="Since">Since when.</param>
/// <param name="Error">Why its state cannot be read, or null.</param>
/// <param name="Engine">native or managed.</param>
internal sealed record ProcessOutput(
    int Pid, string Name, uint Uid, DateTimeOffset StartedAt, string Executable, string? BuildId, string? State, string? Delta, string? Target, DateTimeOffset? Since,
    ErrorOutput? Error, string Engine);

/// <summary><c>verify</c>.</summary>
internal sealed record VerifyOutput(string Command, int ExitCode, ErrorOutput? Error, DeltaOutput Delta, IReadOnlyList<ModuleOutput> Modules)
    : CommandOutput(Command, ExitCode, Error);

/// <summary>A module of a delta.</summary>
internal sealed record ModuleOutput(string Name, string Engine, Guid Mvid, string? BuildId, string ImageSha256, int Functions, int Added);

/// <summary><c>inspect</c>.</summary>
internal sealed record InspectOutput(string Command, int ExitCode, ErrorOutput? Error, DeltaOutput Delta, IReadOnlyList<InspectedModule> Modules)
    : CommandOutput(Command, ExitCode, Error);

/// <summary>A module and its functions.</summary>
internal sealed record InspectedModule(
    string Name, string Engine, string? BuildId, int CodeBytes, int DataBytes, int UnwindSlots, IReadOnlyList<InspectedFunction> Functions);

/// <summary>A function before and after.</summary>
/// <param name="Symbol">Symbol name.</param>
/// <param name="Name">The name a C# developer knows.</param>
/// <param name="File">Source file.</param>
/// <param name="FirstLine">First line, 0 where unknown.</param>
/// <param name="LastLine">Last line, 0 where unknown.</param>
/// <param name="Added">The baseline does not have it.</param>
/// <param name="BytesBefore">Size of the baseline's body; 0 for an added one.</param>
/// <param name="BytesAfter">Size of the new body.</param>
/// <param name="Before">The baseline's instructions; null for an added one and in a summary.</param>
/// <param name="After">The new instructions; null in a summary.</param>
/// <param name="Holder">Where the new body is in a managed image, and null for the native engine.</param>
internal sealed record InspectedFunction(
    string Symbol, string Name, string? File, int FirstLine, int LastLine, bool Added, uint BytesBefore, uint BytesAfter, IReadOnlyList<InstructionOutput>? Before,
    IReadOnlyList<InstructionOutput>? After, string? Holder);

/// <summary>One instruction: offset from the function's entry, bytes in hex, text.</summary>
internal sealed record InstructionOutput(int Offset, string Bytes, string Text);

/// <summary><c>doctor</c>.</summary>
internal sealed record DoctorOutput(string Command, int ExitCode, ErrorOutput? Error, IReadOnlyList<DoctorCheck> Checks) : CommandOutput(Command, ExitCode, Error);

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Ok">It is as it should be.</param>
/// <param name="What">What was found.</param>
/// <param name="WhatToDo">The next step; null when it is as it should be.</param>
internal sealed record DoctorCheck(string Name, bool Ok, string What, string? WhatToDo);

/// <summary><c>diff</c>.</summary>
/// <param name="Command">See <see cref="CommandOutput"/>.</param>
/// <param name="ExitCode">2 where anything is refused.</param>
/// <param name="Error">The first refusal.</param>
/// <param name="Delta">What was written; null where it was refused or nothing is to be patched.</param>
/// <param name="File">Where it was written.</param>
/// <param name="Size">The file's size; 0 where none was written.</param>
/// <param name="Framework">Which framework's assemblies were taken out of packages.</param>
/// <param name="Compared">Assemblies that differ.</param>
/// <param name="Same">Number of assemblies that are the same.</param>
/// <param name="OnlyOld">Assemblies that only the old build has.</param>
/// <param name="OnlyNew">Assemblies that only the new build has.</param>
/// <param name="Modules">What the delta changes and adds.</param>
/// <param name="Refusals">Why there is no delta: all of it.</param>
/// <param name="Warnings">What does not stop the delta but has to be known.</param>
internal sealed record DiffOutput(
    string Command, int ExitCode, ErrorOutput? Error, DeltaOutput? Delta, string? File, long Size, string? Framework, IReadOnlyList<string> Compared, int Same,
    IReadOnlyList<string> OnlyOld, IReadOnlyList<string> OnlyNew, IReadOnlyList<DiffedModule> Modules, IReadOnlyList<RemarkOutput> Refusals,
    IReadOnlyList<RemarkOutput> Warnings) : CommandOutput(Command, ExitCode, Error);

/// <summary>A patched assembly.</summary>
internal sealed record DiffedModule(string Name, Guid Mvid, int Size, IReadOnlyList<DiffedFunction> Functions);

/// <summary>A function that is changed or added, with its 1-based lines in the new sources; 0 where unknown.</summary>
internal sealed record DiffedFunction(string Symbol, string Name, string? File, int FirstLine, int LastLine, bool Added);

/// <summary>A refusal or warning about an edit, with its 1-based line and column in the new sources (0 where unknown), and its title, reason and severity as in <see cref="ErrorOutput"/>.</summary>
internal sealed record RemarkOutput(
    string Id, string What, string WhatToDo, int ExitCode, string? File, int Line, int Column, string? Title, string? Why, string Severity);

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FailureOutput))]
[JsonSerializable(typeof(ChangesOutput))]
[JsonSerializable(typeof(StatusOutput))]
[JsonSerializable(typeof(ProcessesOutput))]
[JsonSerializable(typeof(VerifyOutput))]
[JsonSerializable(typeof(InspectOutput))]
[JsonSerializable(typeof(DoctorOutput))]
[JsonSerializable(typeof(DiffOutput))]
internal sealed partial class ShapesContext : JsonSerializerContext;
