using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>Makes random programs, the same for the same number every time.</summary>
internal sealed class ProgramGenerator
{
    private const int Levels = 3;

    private readonly System.Random _random;
    private int _names;

    public ProgramGenerator(int seed) => _random = new System.Random(seed);

    private ProgramGenerator(int seed, int names)
    {
        _random = new System.Random(seed);
        _names = names;
    }

    /// <summary>Where the numbers come from.</summary>
    public System.Random Random => _random;

    /// <summary>Goes on with other numbers, and with names that are not taken.</summary>
    public ProgramGenerator For(int seed) => new(seed, _names);

    /// <summary>A program with every kind of member.</summary>
    public ProgramModel Program()
    {
        var program = new ProgramModel
        {
            Constants = [.. Many(2, 3, () => new NamedValue(Name("C"), Number()))],
            Statics = [.. Many(1, 3, () => new NamedValue(Name("s_v"), Number()))],
            Tables = [.. Many(1, 2, NewTable)],
        };
        program = program with { Classes = [.. Many(2, 3, () => NewClass(program, @struct: false))] };
        program = program with { Classes = program.Classes.Add(NewClass(program, @struct: true)) };
        foreach (ClassModel type in program.Classes.Where(c => !c.IsStruct).ToArray())
            program = program with { Classes = program.Classes.Add(Derived(program, type)) };
        program = program with
        {
            Objects = [.. program.Classes.Where(c => !c.IsStruct).Select(c => new ObjectModel(Name("s_o"), c.Name, Number(), Number()))],
        };
        for (int level = 1; level <= Levels; level++)
        {
            foreach (FunctionKind kind in (FunctionKind[])[FunctionKind.Static, FunctionKind.Static, FunctionKind.Generic, FunctionKind.Iterator, FunctionKind.Async])
                program = program with { Functions = program.Functions.Add(NewFunction(program, kind, level)) };
        }
        // Everything is reached, whatever the functions call of each other.
        return program with
        {
            Shown =
            [
                .. program.Functions.SelectMany(f => CallsOf(program, f)),
                .. program.Objects.SelectMany(o => program.Ancestry(o.Class).SelectMany(c => c.Methods).Where(m => m.Kind != FunctionKind.Override)
                    .Select(m => new ObjectCall(o.Name, m.Name, Numbers(m.Parameters.Length)))),
                .. program.Classes.Select(c => new NewCall(c.Name, Small(), Small(), program.Ancestry(c.Name).SelectMany(a => a.Methods).First().Name, Numbers(1))),
            ],
        };
    }

    /// <summary>A name that is not taken.</summary>
    public string Name(string prefix) => $"{prefix}{_names++}";

    /// <summary>A number of the size that programs have.</summary>
    public long Number() => _random.Next(-50, 500);

    public Literal Small() => new(Number());

    public ImmutableArray<Expression> Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => Small())];

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public Table NewTable() => new(Name("s_t"), [.. Enumerable.Range(0, 5).Select(i => ((long)i, Number()))]);

    /// <summary>A class with two fields and two methods, or a struct.</summary>
    public ClassModel NewClass(ProgramModel program, bool @struct)
    {
        string name = Name(@struct ? "S" : "T");
        var type = new ClassModel(name, null, @struct,
            [
                new FieldModel(Name("_f"), new Binary('+', new Variable("first"), Small()), 0),
                new FieldModel(Name("_f"), new Binary('^', new Variable("second"), new Binary('*', new Variable("first"), Small())), 0),
            ],
            []);
        return type with { Methods = [Method(program, type, FunctionKind.Instance, "M"), @struct ? Method(program, type, FunctionKind.Instance, "M") : Method(program, type, FunctionKind.Virtual, "V")] };
    }

    /// <summary>A class that derives from another one, with an override that calls what it overrides, or without.</summary>
    public ClassModel Derived(ProgramModel program, ClassModel from)
    {
        var type = new ClassModel(Name("T"), from.Name, false, [new FieldModel(Name("_f"), new Binary('-', new Variable("second"), Small()), 0)], []);
        type = type with { Methods = [Method(program, type, FunctionKind.Instance, "M")] };
        return _random.Next(2) == 0 ? type : type with { Methods = type.Methods.Add(Override(program, type, from.Methods.First(m => m.Kind == FunctionKind.Virtual))) };
    }

    /// <summary>An override of a virtual method in a class.</summary>
    public Function Override(ProgramModel program, ClassModel type, Function overridden)
    {
        Function made = Method(program, type, FunctionKind.Override, "V") with { Name = overridden.Name, Parameters = overridden.Parameters };
        Expression inherited = new ObjectCall("base", overridden.Name, [new Variable(overridden.Parameters[0])], type.Name);
        Expression result = new Binary('+', Expression(new Context(program, [.. overridden.Parameters], type, 0), 2), new FieldUse(type.Fields[0].Name));
        return made with { Body = [], Local = null, Result = _random.Next(2) == 0 ? result : new Binary('^', result, inherited) };
    }

    private Function Method(ProgramModel program, ClassModel type, FunctionKind kind, string prefix)
    {
        Function made = NewFunction(program, kind, 0, type);
        return made with { Name = Name(prefix), Result = new Binary('+', made.Result, new FieldUse(type.Fields[0].Name)) };
    }

    /// <summary>A function that calls functions of lower levels.</summary>
    /// <param name="program">The program that it is for.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="level">Above the levels of what it may call.</param>
    /// <param name="owner">The class, for a method of one.</param>
    public Function NewFunction(ProgramModel program, FunctionKind kind, int level, ClassModel? owner = null)
    {
        string prefix = kind switch { FunctionKind.Static => "F", FunctionKind.Generic => "G", FunctionKind.Iterator => "I", FunctionKind.Async => "A", _ => "M" };
        ImmutableArray<string> parameters = [.. Many(1, owner is null ? 2 : 1, () => Name("p"))];
        bool withLocal = kind is FunctionKind.Static && _random.Next(3) == 0;
        string? accumulator = null;
        List<string> variables = [.. parameters];
        if (kind == FunctionKind.Generic)
            variables.Add("kind");
        (string, Expression)? local = null;
        if (withLocal)
        {
            string parameter = Name("p");
            local = (parameter, Expression(new Context(program, [.. parameters, parameter], owner, 0), 2));
        }
        List<Statement> body = [];
        int statements = _random.Next(1, 4);
        for (int i = 0; i < statements; i++)
        {
            var context = new Context(program, [.. variables], owner, level) { HasLocal = withLocal };
            if (accumulator is null)
            {
                accumulator = Name("v");
                body.Add(new Declare(accumulator, Expression(context, 3)));
                variables.Add(accumulator);
            }
            else
                body.Add(NextStatement(context, accumulator, kind));
            if (kind == FunctionKind.Async && _random.Next(2) == 0)
                body.Add(new Await(_random.Next(2) == 0));
            if (kind == FunctionKind.Iterator && _random.Next(2) == 0)
                body.Add(new Yield(Expression(context, 1)));
        }
        if (kind == FunctionKind.Async && !body.OfType<Await>().Any())
            body.Insert(0, new Await(Completed: true));
        var end = new Context(program, [.. variables], owner, level) { HasLocal = withLocal };
        Expression result = new Binary('+', new Variable(accumulator!), Expression(end, 2));
        if (withLocal)
            result = new Binary('^', result, new LocalCall(new Variable(parameters[0])));
        return new Function(Name(prefix), kind, parameters, [.. body], result)
        {
            Level = level,
            Local = local,
            Default = kind == FunctionKind.Static && _random.Next(2) == 0 ? Number() : null,
        };
    }

    /// <summary>A statement that changes a variable.</summary>
    public Statement NextStatement(Context context, string variable, FunctionKind kind)
    {
        Context inside = context with { Level = 0 };
        return _random.Next(kind == FunctionKind.Iterator ? 2 : 3) switch
        {
            0 => new AssignIf(Expression(context, 1), Small(), variable, Expression(context, 2)),
            1 when Name("i") is var counter => new Repeat(counter, _random.Next(1, 4), variable, Expression(inside with { Variables = inside.Variables.Add(counter) }, 1)),
            _ => new TryCatch(Small(), variable, Expression(inside, 1), Expression(inside, 1)),
        };
    }

    /// <summary>A random expression.</summary>
    public Expression Expression(Context context, int depth)
    {
        if (depth == 0)
            return Leaf(context);
        switch (_random.Next(14))
        {
            case 0 or 1:
                return new Binary("+-*^&"[_random.Next(5)], Expression(context, depth - 1), Expression(context, depth - 1));
            case 2:
                return new Remainder(Expression(context, depth - 1), _random.Next(2, 40));
            case 3:
                return new Conditional(Expression(context, depth - 1), _random.Next(2) == 0, Leaf(context), Expression(context, depth - 1), Leaf(context));
            case 4:
                return new Switching(Expression(context, depth - 1), Leaf(context), Leaf(context), Expression(context, depth - 1));
            case 5:
                return new TableUse(Pick(context.Program.Tables).Name, Leaf(context));
            case 6 when Name("x") is var parameter:
                return new Chain(parameter, _random.Next(2, 6), Expression(context.Inner(parameter), 1), _random.Next(0, 3));
            case 7 when Name("y") is var parameter:
                return new Lambda(parameter, Expression(context.Inner(parameter), depth - 1), Leaf(context));
            case 8:
                return new FeatureUse((Feature)_random.Next(3), Leaf(context), Leaf(context));
            case 9 when context.Program.Classes is { IsEmpty: false } classes && context.Level > 0:
                ClassModel type = Pick(classes);
                return new NewCall(type.Name, Leaf(context), Leaf(context), type.Methods[0].Name, [.. type.Methods[0].Parameters.Select(_ => Leaf(context))]);
            case 10 when context.Program.Objects is { IsEmpty: false } objects && context.Level > 0:
                ObjectModel target = Pick(objects);
                Function method = Pick(context.Program.ClassOf(target.Class).Methods);
                return new ObjectCall(target.Name, method.Name, [.. method.Parameters.Select(_ => Leaf(context))]);
            default:
                return context.Program.Functions.Where(f => f.Level < context.Level).ToArray() is { Length: > 0 } callable ? CallOf(Pick(callable), () => Leaf(context)) : Leaf(context);
        }
    }

    /// <summary>A call of a function.</summary>
    public Call CallOf(Function function, Func<Expression> argument)
    {
        int count = function.Parameters.Length - (function.Default is not null && _random.Next(2) == 0 ? 1 : 0);
        return new Call(function.Name, [.. Enumerable.Range(0, count).Select(_ => argument())], function.Kind == FunctionKind.Generic && _random.Next(2) == 0);
    }

    private IEnumerable<Expression> CallsOf(ProgramModel program, Function function)
    {
        yield return new Call(function.Name, Numbers(function.Parameters.Length));
        if (function.Kind == FunctionKind.Generic)
            yield return new Call(function.Name, Numbers(function.Parameters.Length), OverText: true);
        if (function.Default is not null)
            yield return new Call(function.Name, Numbers(function.Parameters.Length - 1));
    }

    private Expression Leaf(Context context) => _random.Next(7) switch
    {
        0 => Small(),
        1 => new ConstantUse(Pick(context.Program.Constants).Name),
        2 => new StaticUse(Pick(context.Program.Statics).Name),
        3 when context.Owner is { Fields.IsEmpty: false } owner && !context.InLambda => new FieldUse(Pick(owner.Fields).Name),
        4 when context.HasLocal && !context.InLambda => new LocalCall(Small()),
        _ when !context.Variables.IsEmpty => new Variable(Pick(context.Variables)),
        _ => Small(),
    };

    private IEnumerable<T> Many<T>(int least, int most, Func<T> make) => Enumerable.Range(0, _random.Next(least, most + 1)).Select(_ => make()).ToArray();

    /// <summary>What an expression may use.</summary>
    internal sealed record Context(ProgramModel Program, ImmutableArray<string> Variables, ClassModel? Owner, int Level)
    {
        public bool HasLocal { get; init; }

        public bool InLambda { get; init; }

        /// <summary>Inside a lambda: it captures variables, and in a class the object. What it calls is left out, for the time that it takes.</summary>
        public Context Inner(string parameter) => this with { Variables = Variables.Add(parameter), Level = 0, InLambda = Owner is { IsStruct: true } };
    }
}
