using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Engines;

/// <summary>A process with the engine that patches it. All commands go through this, so that they look the same for both engines.</summary>
internal interface IProcessEngine : IDisposable
{
    /// <summary>The process's name.</summary>
    string Name { get; }

    /// <summary>Says what <see cref="Apply"/> would do.</summary>
    ChangeDetails Check(DeltaFile delta);

    /// <summary>Brings a delta in force.</summary>
    ChangeDetails Apply(DeltaFile delta);

    /// <summary>Brings the baseline back in force.</summary>
    ChangeDetails Rollback();

    /// <summary>What is in force.</summary>
    /// <param name="history">With what was before.</param>
    ProcessStatusOutput Status(bool history);

    /// <summary>What <c>doctor</c> says about it.</summary>
    IEnumerable<DoctorCheck> Examine();
}
