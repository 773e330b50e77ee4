namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>What leads into the inside of a function's window, from its own body. A greater value outweighs a smaller one.</summary>
internal enum BodyFinding
{
    Nothing,

    /// <summary>The address of an instruction in the window is computed.</summary>
    AddressTaken,

    /// <summary>A jump through a register that is neither a switch nor a tail call.</summary>
    UnknownJump,

    /// <summary>An entry of a switch's table.</summary>
    JumpTable,

    /// <summary>A direct branch.</summary>
    Branch,

    /// <summary>A call whose return address lies in the window.</summary>
    CallReturn,

    /// <summary>The bytes are not instructions.</summary>
    Undecodable,
}
