using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>A change of a random program, and what it is.</summary>
internal sealed record RandomEdit(string What, ProgramModel Program);

/// <summary>Changes programs as developers do.</summary>
internal sealed class RandomEdits(ProgramGenerator generator)
{
    private readonly System.Random _random = generator.Random;

    /// <summary>One edit of a program.</summary>
    public RandomEdit Next(ProgramModel program)
    {
        while (true)
        {
            if (Try(program, _random.Next(20)) is { } edit && edit.Program != program)
                return edit;
        }
    }

    private RandomEdit? Try(ProgramModel program, int kind)
    {
        Function[] all = [.. program.Functions, .. program.Classes.SelectMany(c => c.Methods)];
        Function function = generator.Pick(all);
        ClassModel? owner = program.Classes.FirstOrDefault(c => c.Methods.Contains(function));
        switch (kind)
        {
            case 0 or 1:
                return new("changed number in " + function.Name, program.Replace(function, Mutate(function, e => e is Literal l ? l with { Value = l.Value + _random.Next(1, 9) } : null)));
            case 2:
                return new("changed operator in " + function.Name, program.Replace(function, Mutate(function, e => e is Binary b ? b with { Operator = b.Operator == '+' ? '-' : '+' } : null)));
            case 3 or 4:
                return new("other result of " + function.Name, program.Replace(function, function with { Result = new Binary('+', function.Result, generator.Expression(ContextOf(program, function, owner), 3)) }));
            case 5:
                return new("statement added to " + function.Name, program.Replace(function, WithStatement(program, function, owner)));
            case 6:
                return AddFunction(program, function, FunctionKind.Static);
            case 7:
                return AddFunction(program, function, (FunctionKind)_random.Next(1, 4));
            case 8:
                NamedValue field = new(generator.Name("s_v"), generator.Number());
                return new($"static field {field.Name} added, used in {function.Name}", Use(program with { Statics = program.Statics.Insert(_random.Next(program.Statics.Length + 1), field) }, function, new StaticUse(field.Name)));
            case 9:
                Table table = generator.NewTable();
                return new($"static dictionary {table.Name} added, used in {function.Name}", Use(program with { Tables = program.Tables.Add(table) }, function, new TableUse(table.Name, new Variable(function.Parameters[0]))));
            case 10:
                NamedValue constant = generator.Pick(program.Constants);
                return new("constant " + constant.Name, program with { Constants = program.Constants.Replace(constant, constant with { Value = constant.Value + 3 }) });
            case 11:
                return function.Default is { } value ? new("default value in " + function.Name, program.Replace(function, function with { Default = value + 5 })) : null;
            case 12:
                ClassModel derived = generator.Pick(program.Classes);
                return derived.Base is null || derived.Methods.Any(m => m.Kind == FunctionKind.Override) ? null
                    : new("override added to " + derived.Name, program.Replace(derived, derived with { Methods = derived.Methods.Add(generator.Override(program, derived, program.Ancestry(derived.Name).SelectMany(c => c.Methods).First(m => m.Kind == FunctionKind.Virtual))) }));
            case 13:
                return owner is null || owner.IsStruct ? null : AddField(program, owner, function);
            case 14:
                ClassModel type = generator.NewClass(program, _random.Next(2) == 0);
                return new($"type {type.Name} added, used in {function.Name}", Use(program with { Classes = program.Classes.Add(type) }, function, new NewCall(type.Name, generator.Small(), generator.Small(), type.Methods[0].Name, [new Variable(function.Parameters[0])])));
            case 15:
                return new("order of functions", program with { Functions = [.. program.Functions.Skip(2), .. program.Functions.Take(2)] });
            case 16:
                return function.Kind == FunctionKind.Iterator ? new("yield added to " + function.Name, program.Replace(function, function with { Body = function.Body.Add(new Yield(generator.Small())) }))
                    : function.Kind == FunctionKind.Async ? new("await added to " + function.Name, program.Replace(function, function with { Body = function.Body.Add(new Await(Completed: false)) })) : null;
            case 17:
                ClassModel made = generator.Pick(program.Classes);
                FieldModel first = made.Fields[0];
                return new("constructor of " + made.Name, program.Replace(made, made with { Fields = made.Fields.SetItem(0, first with { FromConstructor = new Binary('+', first.FromConstructor ?? generator.Small(), generator.Small()) }) }));
            case 18:
                return new($"framework feature in {function.Name}", Use(program, function, new FeatureUse((Feature)_random.Next(8), new Variable(function.Parameters[0]), generator.Small())));
            default:
                NamedValue changed = generator.Pick(program.Statics);
                return new("initialiser of " + changed.Name, program with { Statics = program.Statics.Replace(changed, changed with { Value = changed.Value + 1 }) });
        }
    }

    private RandomEdit AddFunction(ProgramModel program, Function function, FunctionKind kind)
    {
        if (function.Level == 0)
            return new("nothing", program);
        Function added = generator.NewFunction(program, kind, function.Level - 1);
        ProgramModel with = program with { Functions = program.Functions.Insert(_random.Next(program.Functions.Length + 1), added) };
        return new($"{added.Name} added, called by {function.Name}", Use(with, function, generator.CallOf(added, () => new Variable(function.Parameters[0]))));
    }

    private RandomEdit AddField(ProgramModel program, ClassModel owner, Function function)
    {
        var field = new FieldModel(generator.Name("_f"), null, generator.Number());
        ProgramModel used = Use(program, function, new FieldUse(field.Name));
        ClassModel type = used.ClassOf(owner.Name);
        return new($"field {field.Name} added to {owner.Name}", used.Replace(type, type with { Fields = type.Fields.Add(field) }));
    }

    private static ProgramModel Use(ProgramModel program, Function function, Expression used) =>
        program.Replace(function, function with { Result = new Binary('^', function.Result, used) });

    private Function WithStatement(ProgramModel program, Function function, ClassModel? owner)
    {
        string variable = generator.Name("v");
        ProgramGenerator.Context context = ContextOf(program, function, owner);
        return function with
        {
            Body =
            [
                new Declare(variable, generator.Expression(context, 2)),
                generator.NextStatement(context with { Variables = context.Variables.Add(variable) }, variable, function.Kind),
                .. function.Body,
            ],
            Result = new Binary('+', function.Result, new Variable(variable)),
        };
    }

    private static ProgramGenerator.Context ContextOf(ProgramModel program, Function function, ClassModel? owner) =>
        new(program, [.. function.Parameters], owner, function.Level) { HasLocal = function.Local is not null };

    /// <summary>Changes one place, chosen among those where the change applies.</summary>
    private Function Mutate(Function function, Func<Expression, Expression?> change)
    {
        int places = 0;
        Visit(function, e => change(e) is null ? e : Counted(e));
        if (places == 0)
            return function;
        int chosen = _random.Next(places), at = 0;
        return Visit(function, e => change(e) is { } other && at++ == chosen ? other : e);

        Expression Counted(Expression e)
        {
            places++;
            return e;
        }
    }

    private static Function Visit(Function function, Func<Expression, Expression> visit)
    {
        ImmutableArray<Statement> body = [.. function.Body.Select(s => s.With([.. s.Parts.Select(Inside)]))];
        (string, Expression)? local = function.Local is { } l ? (l.Parameter, Inside(l.Body)) : null;
        return function with { Body = body, Local = local, Result = Inside(function.Result) };

        Expression Inside(Expression e) => visit(e.With([.. e.Parts.Select(Inside)]));
    }
}
