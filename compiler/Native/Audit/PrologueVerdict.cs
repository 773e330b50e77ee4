namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>Whether control can be redirected at a function's entry while the program runs.</summary>
public enum PrologueVerdict : byte
{
    /// <summary>Yes, once no thread stands in the entry's first five bytes.</summary>
    Patchable = 1,

    /// <summary>Yes, once no thread is anywhere in the body: something in the body leads into the first five bytes.</summary>
    PatchableWhenIdle = 2,

    /// <summary>No.</summary>
    NotPatchable = 3,
}
