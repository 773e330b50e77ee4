using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Code of the new revision's constructor that gives an added field its value: it begins and ends with an empty stack, ends with the
/// write of the field, and shares neither jumps nor values of locals with the code around it. That of an instance field begins with <c>this</c>, which the write takes.</summary>
/// <param name="Field">The added field.</param>
/// <param name="Constructor">The new revision's static constructor; a constructor for an instance field.</param>
/// <param name="First">Index of its first instruction.</param>
/// <param name="Count">Number of its instructions.</param>
internal sealed record AddedInitialiser(FieldDefinition Field, MethodDefinition Constructor, int First, int Count)
{
    /// <summary>The instructions, in order.</summary>
    public IEnumerable<Instruction> Code => Constructor.Body.Instructions.Skip(First).Take(Count);
}
