using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>What a function is; its name begins with the letter.</summary>
internal enum FunctionKind
{
    /// <summary>A static method (<c>F</c>).</summary>
    Static,

    /// <summary>A generic static method (<c>G</c>), which looks at its type parameter.</summary>
    Generic,

    /// <summary>An iterator (<c>I</c>).</summary>
    Iterator,

    /// <summary>An async method (<c>A</c>).</summary>
    Async,

    /// <summary>A method of a class or struct (<c>M</c>).</summary>
    Instance,

    /// <summary>A virtual method (<c>V</c>).</summary>
    Virtual,

    /// <summary>An override of one.</summary>
    Override,
}

/// <summary>A function of a random program.</summary>
internal sealed record Function(string Name, FunctionKind Kind, ImmutableArray<string> Parameters, ImmutableArray<Statement> Body, Expression Result)
{
    /// <summary>Functions call functions of lower levels only, so every call ends.</summary>
    public int Level { get; init; }

    /// <summary>The default value of the last parameter; null for none.</summary>
    public long? Default { get; init; }

    /// <summary>The function inside: its parameter and what it returns.</summary>
    public (string Parameter, Expression Body)? Local { get; init; }

    /// <summary>What a call gives. An iterator's values are mixed.</summary>
    /// <param name="program">The revision whose code runs.</param>
    /// <param name="world">The state that it runs on.</param>
    /// <param name="instance">The object, for methods of one.</param>
    /// <param name="arguments">All, or all but the last, which then has its default value.</param>
    /// <param name="overText">For a generic method: true over <c>string</c>, false over <c>long</c>.</param>
    public long Run(ProgramModel program, World world, Instance? instance, ImmutableArray<long> arguments, bool overText = false)
    {
        Scope scope = new(program, world) { This = instance, Local = Local };
        for (int i = 0; i < Parameters.Length; i++)
            scope = scope.And(Parameters[i], i < arguments.Length ? arguments[i] : Default!.Value);
        if (Kind == FunctionKind.Generic)
            scope = scope.And("kind", overText ? "generic".Length : 1);
        List<long> yielded = [];
        foreach (Statement statement in Body)
            scope = statement.Run(scope, yielded);
        long result = Result.Evaluate(scope);
        return Kind == FunctionKind.Iterator ? Scope.Mix([.. yielded, result]) : result;
    }
}

/// <summary>A statement of a function.</summary>
internal abstract record Statement
{
    /// <summary>Runs it.</summary>
    /// <returns>The scope behind it.</returns>
    public abstract Scope Run(Scope scope, List<long> yielded);

    /// <summary>As C#, one line.</summary>
    public abstract override string ToString();

    public abstract ImmutableArray<Expression> Parts { get; }

    public abstract Statement With(ImmutableArray<Expression> parts);
}

/// <summary>A new local variable.</summary>
internal sealed record Declare(string Name, Expression Value) : Statement
{
    public override ImmutableArray<Expression> Parts => [Value];

    public override Scope Run(Scope scope, List<long> yielded) => scope.And(Name, Value.Evaluate(scope));

    public override Statement With(ImmutableArray<Expression> parts) => this with { Value = parts[0] };

    public override string ToString() => $"long {Name} = {Value};";
}

/// <summary>An assignment under a condition.</summary>
internal sealed record AssignIf(Expression Left, Expression Right, string Name, Expression Value) : Statement
{
    public override ImmutableArray<Expression> Parts => [Left, Right, Value];

    public override Scope Run(Scope scope, List<long> yielded) => Left.Evaluate(scope) > Right.Evaluate(scope) ? scope.And(Name, Value.Evaluate(scope)) : scope;

    public override Statement With(ImmutableArray<Expression> parts) => this with { Left = parts[0], Right = parts[1], Value = parts[2] };

    public override string ToString() => $"if ({Left} > {Right}) {Name} = {Value};";
}

/// <summary>A loop that changes a variable.</summary>
internal sealed record Repeat(string Counter, int Times, string Name, Expression Added) : Statement
{
    public override ImmutableArray<Expression> Parts => [Added];

    public override Scope Run(Scope scope, List<long> yielded)
    {
        Scope inside = scope;
        for (long i = 0; i < Times; i++)
        {
            inside = inside.And(Counter, i);
            inside = inside.And(Name, unchecked(inside[Name] * 3 + Added.Evaluate(inside)));
        }
        return scope.And(Name, inside[Name]);
    }

    public override Statement With(ImmutableArray<Expression> parts) => this with { Added = parts[0] };

    public override string ToString() => $"for (long {Counter} = 0; {Counter} < {Times}; {Counter}++) {Name} = {Name} * 3 + {Added};";
}

/// <summary>An exception that is thrown and caught.</summary>
internal sealed record TryCatch(Expression Limit, string Name, Expression Value, Expression Caught) : Statement
{
    public override ImmutableArray<Expression> Parts => [Limit, Value, Caught];

    public override Scope Run(Scope scope, List<long> yielded) => scope.And(Name, scope[Name] > Limit.Evaluate(scope) ? Caught.Evaluate(scope) : Value.Evaluate(scope));

    public override Statement With(ImmutableArray<Expression> parts) => this with { Limit = parts[0], Value = parts[1], Caught = parts[2] };

    public override string ToString() =>
        $"try {{ if ({Name} > {Limit}) throw new InvalidOperationException(); {Name} = {Value}; }} catch (InvalidOperationException) {{ {Name} = {Caught}; }}";
}

/// <summary>A value that an iterator gives.</summary>
internal sealed record Yield(Expression Value) : Statement
{
    public override ImmutableArray<Expression> Parts => [Value];

    public override Scope Run(Scope scope, List<long> yielded)
    {
        yielded.Add(Value.Evaluate(scope));
        return scope;
    }

    public override Statement With(ImmutableArray<Expression> parts) => new Yield(parts[0]);

    public override string ToString() => $"yield return {Value};";
}

/// <summary>A point at which an async method gives the thread away.</summary>
internal sealed record Await(bool Completed) : Statement
{
    public override ImmutableArray<Expression> Parts => [];

    public override Scope Run(Scope scope, List<long> yielded) => scope;

    public override Statement With(ImmutableArray<Expression> parts) => this;

    public override string ToString() => Completed ? "await Task.CompletedTask;" : "await Task.Yield();";
}
