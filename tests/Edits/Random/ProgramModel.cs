using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>A named number.</summary>
internal sealed record NamedValue(string Name, long Value);

/// <summary>A static dictionary with what its initialiser puts into it.</summary>
internal sealed record Table(string Name, ImmutableArray<(long Key, long Value)> Entries);

/// <summary>An object that is made when the process starts and lives as long.</summary>
internal sealed record ObjectModel(string Name, string Class, long First, long Second);

/// <summary>A field: what the constructor makes of its two arguments <c>first</c> and <c>second</c>, or a number that an initialiser gives it.</summary>
internal sealed record FieldModel(string Name, Expression? FromConstructor, long Initial);

/// <summary>A class or struct.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Base">Its base class, one of the program's; null for none.</param>
/// <param name="IsStruct">True for a struct.</param>
/// <param name="Fields">What it declares.</param>
/// <param name="Methods">What it declares and overrides.</param>
internal sealed record ClassModel(string Name, string? Base, bool IsStruct, ImmutableArray<FieldModel> Fields, ImmutableArray<Function> Methods);

/// <summary>A random program: small enough that its output can be told without running it.</summary>
internal sealed record ProgramModel
{
    public ImmutableArray<NamedValue> Constants { get; init; } = [];

    public ImmutableArray<NamedValue> Statics { get; init; } = [];

    public ImmutableArray<Table> Tables { get; init; } = [];

    public ImmutableArray<ClassModel> Classes { get; init; } = [];

    public ImmutableArray<Function> Functions { get; init; } = [];

    public ImmutableArray<ObjectModel> Objects { get; init; } = [];

    /// <summary>What the program prints, a line each.</summary>
    public ImmutableArray<Expression> Shown { get; init; } = [];

    public ClassModel ClassOf(string name) => Classes.First(c => c.Name == name);

    /// <summary>The method that a call finds: the class's own, or the nearest that it inherits.</summary>
    public Function MethodOf(string type, string method)
    {
        for (string? at = type; at is not null; at = ClassOf(at).Base)
        {
            if (ClassOf(at).Methods.FirstOrDefault(m => m.Name == method) is { } found)
                return found;
        }
        throw new InvalidOperationException($"{type} has no {method}.");
    }

    /// <summary>The class and those that it derives from, the outermost first.</summary>
    public IEnumerable<ClassModel> Ancestry(string type)
    {
        List<ClassModel> result = [];
        for (string? at = type; at is not null; at = ClassOf(at).Base)
            result.Insert(0, ClassOf(at));
        return result;
    }

    /// <summary>What <c>Show</c> prints.</summary>
    /// <param name="world">The state of the process.</param>
    public string Print(World world) => string.Concat(Shown.Select(e => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{e.Evaluate(new Scope(this, world))}\n")));

    public ProgramModel Replace(Function old, Function @new) => this with
    {
        Functions = [.. Functions.Select(f => f == old ? @new : f)],
        Classes = [.. Classes.Select(c => c with { Methods = [.. c.Methods.Select(m => m == old ? @new : m)] })],
    };

    public ProgramModel Replace(ClassModel old, ClassModel @new) => this with { Classes = [.. Classes.Select(c => c == old ? @new : c)] };
}
