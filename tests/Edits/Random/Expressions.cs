using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>An expression of a random program. All are of type <c>long</c>, with arithmetic that wraps: it can be written as C#, and its value can be told without a compiler.</summary>
internal abstract record Expression
{
    /// <summary>The value, as the generated program computes it.</summary>
    /// <param name="scope">Variables, the object that the code runs on, and what else the program has.</param>
    public abstract long Evaluate(Scope scope);

    /// <summary>As C#, in brackets where it needs them.</summary>
    public abstract override string ToString();

    /// <summary>What it is made of.</summary>
    public virtual ImmutableArray<Expression> Parts => [];

    /// <summary>The same expression of other parts.</summary>
    /// <param name="parts">As many as <see cref="Parts"/>.</param>
    public virtual Expression With(ImmutableArray<Expression> parts) => this;
}

/// <summary>A number.</summary>
internal sealed record Literal(long Value) : Expression
{
    public override long Evaluate(Scope scope) => Value;

    public override string ToString() => Value < 0 ? string.Create(CultureInfo.InvariantCulture, $"({Value}L)") : string.Create(CultureInfo.InvariantCulture, $"{Value}L");
}

/// <summary>A parameter or local variable.</summary>
internal sealed record Variable(string Name) : Expression
{
    public override long Evaluate(Scope scope) => scope[Name];

    public override string ToString() => Name;
}

/// <summary>A constant of the program, which the compiler puts in place.</summary>
internal sealed record ConstantUse(string Name) : Expression
{
    public override long Evaluate(Scope scope) => scope.Program.Constants.First(c => c.Name == Name).Value;

    public override string ToString() => "Settings." + Name;
}

/// <summary>A static field.</summary>
internal sealed record StaticUse(string Name) : Expression
{
    public override long Evaluate(Scope scope) => scope.World.StaticOf(scope.Program, Name);

    public override string ToString() => "Store." + Name;
}

/// <summary>A value of a static dictionary; 0 where it has none.</summary>
internal sealed record TableUse(string Name, Expression Key) : Expression
{
    public override ImmutableArray<Expression> Parts => [Key];

    public override long Evaluate(Scope scope) => scope.World.TableOf(scope.Program, Name).GetValueOrDefault(Key.Evaluate(scope) % 8);

    public override Expression With(ImmutableArray<Expression> parts) => this with { Key = parts[0] };

    public override string ToString() => $"Store.{Name}.GetValueOrDefault({Key} % 8)";
}

/// <summary>A field of the object that the code runs on.</summary>
internal sealed record FieldUse(string Name) : Expression
{
    public override long Evaluate(Scope scope) => scope.This!.FieldOf(scope.Program, Name);

    public override string ToString() => Name;
}

/// <summary>Arithmetic. A divisor is a number that is not zero.</summary>
internal sealed record Binary(char Operator, Expression Left, Expression Right) : Expression
{
    public override ImmutableArray<Expression> Parts => [Left, Right];

    public override long Evaluate(Scope scope)
    {
        long left = Left.Evaluate(scope), right = Right.Evaluate(scope);
        return Operator switch
        {
            '+' => unchecked(left + right),
            '-' => unchecked(left - right),
            '*' => unchecked(left * right),
            '^' => left ^ right,
            '&' => left & right,
            _ => throw new InvalidOperationException(),
        };
    }

    public override Expression With(ImmutableArray<Expression> parts) => this with { Left = parts[0], Right = parts[1] };

    public override string ToString() => $"({Left} {Operator} {Right})";
}

/// <summary>The remainder of a division by a positive number.</summary>
internal sealed record Remainder(Expression Left, long Divisor) : Expression
{
    public override ImmutableArray<Expression> Parts => [Left];

    public override long Evaluate(Scope scope) => Left.Evaluate(scope) % Divisor;

    public override Expression With(ImmutableArray<Expression> parts) => this with { Left = parts[0] };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Left} % {Divisor}L)");
}

/// <summary>One of two values.</summary>
internal sealed record Conditional(Expression Left, bool Less, Expression Right, Expression Then, Expression Else) : Expression
{
    public override ImmutableArray<Expression> Parts => [Left, Right, Then, Else];

    public override long Evaluate(Scope scope)
    {
        long left = Left.Evaluate(scope), right = Right.Evaluate(scope);
        return (Less ? left < right : left >= right) ? Then.Evaluate(scope) : Else.Evaluate(scope);
    }

    public override Expression With(ImmutableArray<Expression> parts) => this with { Left = parts[0], Right = parts[1], Then = parts[2], Else = parts[3] };

    public override string ToString() => $"({Left} {(Less ? "<" : ">=")} {Right} ? {Then} : {Else})";
}

/// <summary>A switch expression with two cases and the rest.</summary>
internal sealed record Switching(Expression On, Expression Zero, Expression One, Expression Rest) : Expression
{
    public override ImmutableArray<Expression> Parts => [On, Zero, One, Rest];

    public override long Evaluate(Scope scope) => (On.Evaluate(scope) % 3) switch
    {
        0 => Zero.Evaluate(scope),
        1 => One.Evaluate(scope),
        _ => Rest.Evaluate(scope),
    };

    public override Expression With(ImmutableArray<Expression> parts) => new Switching(parts[0], parts[1], parts[2], parts[3]);

    public override string ToString() => $"(({On} % 3) switch {{ 0 => {Zero}, 1 => {One}, _ => {Rest} }})";
}

/// <summary>A call of a function of the program. With fewer arguments than parameters the last one has its default value. A generic one is called over a value
/// type or, <paramref name="OverText"/>, a reference type.</summary>
internal sealed record Call(string Function, ImmutableArray<Expression> Arguments, bool OverText = false) : Expression
{
    public override ImmutableArray<Expression> Parts => Arguments;

    public override long Evaluate(Scope scope)
    {
        Function function = scope.Program.Functions.First(f => f.Name == Function);
        return function.Run(scope.Program, scope.World, null, [.. Arguments.Select(a => a.Evaluate(scope))], OverText);
    }

    public override Expression With(ImmutableArray<Expression> parts) => this with { Arguments = parts };

    // What kind of function it is shows in its name.
    public override string ToString() => Function[0] switch
    {
        'I' => $"Values.Mix(Functions.{Function}({string.Join(", ", Arguments)}))",
        'A' => $"Functions.{Function}({string.Join(", ", Arguments)}).GetAwaiter().GetResult()",
        'G' => $"Functions.{Function}({string.Join(", ", Arguments.Select(a => a.ToString()).Prepend(OverText ? "\"generic\"" : "5L"))})",
        _ => $"Functions.{Function}({string.Join(", ", Arguments)})",
    };
}

/// <summary>A call of a method of an object that lives as long as the process, or of the object that the code runs on.</summary>
/// <param name="Object">Name of the object; <c>this</c> and <c>base</c> for the one that the code runs on.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Arguments">What is passed.</param>
/// <param name="From">The class that the code with <c>base</c> is in.</param>
internal sealed record ObjectCall(string Object, string Method, ImmutableArray<Expression> Arguments, string From = "") : Expression
{
    public override ImmutableArray<Expression> Parts => Arguments;

    public override long Evaluate(Scope scope)
    {
        Instance instance = Object is "this" or "base" ? scope.This! : scope.World.Objects[Object];
        string start = Object == "base" ? scope.Program.ClassOf(From).Base! : instance.Class;
        return scope.Program.MethodOf(start, Method).Run(scope.Program, scope.World, instance, [.. Arguments.Select(a => a.Evaluate(scope))]);
    }

    public override Expression With(ImmutableArray<Expression> parts) => this with { Arguments = parts };

    public override string ToString() => $"{(Object is "this" or "base" ? Object : "Store." + Object)}.{Method}({string.Join(", ", Arguments)})";
}

/// <summary>A call of a method of an object that is made for it.</summary>
internal sealed record NewCall(string Class, Expression First, Expression Second, string Method, ImmutableArray<Expression> Arguments) : Expression
{
    public override ImmutableArray<Expression> Parts => [First, Second, .. Arguments];

    public override long Evaluate(Scope scope)
    {
        Instance instance = Instance.Create(scope.Program, scope.World, Class, First.Evaluate(scope), Second.Evaluate(scope));
        return scope.Program.MethodOf(Class, Method).Run(scope.Program, scope.World, instance, [.. Arguments.Select(a => a.Evaluate(scope))]);
    }

    public override Expression With(ImmutableArray<Expression> parts) => this with { First = parts[0], Second = parts[1], Arguments = parts[2..] };

    public override string ToString() => $"new {Class}({First}, {Second}).{Method}({string.Join(", ", Arguments)})";
}

/// <summary>A LINQ chain over small numbers. The lambdas use a variable of their own and may capture those around them.</summary>
internal sealed record Chain(string Parameter, int Count, Expression Selector, long Above) : Expression
{
    public override ImmutableArray<Expression> Parts => [Selector];

    public override long Evaluate(Scope scope) => Scope.Mix(
        Enumerable.Range(1, Count).Where(n => n > Above).Select(n => Selector.Evaluate(scope.And(Parameter, n))));

    public override Expression With(ImmutableArray<Expression> parts) => this with { Selector = parts[0] };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"Values.Mix(Values.UpTo({Count}L).Where({Parameter} => {Parameter} > {Above}L).Select({Parameter} => {Selector}))");
}

/// <summary>A delegate that is made and called.</summary>
internal sealed record Lambda(string Parameter, Expression Body, Expression Argument) : Expression
{
    public override ImmutableArray<Expression> Parts => [Body, Argument];

    public override long Evaluate(Scope scope) => Body.Evaluate(scope.And(Parameter, Argument.Evaluate(scope)));

    public override Expression With(ImmutableArray<Expression> parts) => this with { Body = parts[0], Argument = parts[1] };

    public override string ToString() => $"Values.Run({Parameter} => {Body}, {Argument})";
}

/// <summary>A call of the function that the body has inside.</summary>
internal sealed record LocalCall(Expression Argument) : Expression
{
    public override ImmutableArray<Expression> Parts => [Argument];

    public override long Evaluate(Scope scope)
    {
        (string parameter, Expression body) = scope.Local!.Value;
        return body.Evaluate(scope.And(parameter, Argument.Evaluate(scope)));
    }

    public override Expression With(ImmutableArray<Expression> parts) => this with { Argument = parts[0] };

    public override string ToString() => $"Inside({Argument})";
}

/// <summary>Something of the framework.</summary>
internal enum Feature
{
    /// <summary>Length of both numbers as text.</summary>
    Text,

    /// <summary>The larger of two.</summary>
    Maximum,

    /// <summary>Number of bits.</summary>
    PopCount,

    /// <summary>How many different last digits there are.</summary>
    SortedSet,

    /// <summary>Sum of a sorted array's ends.</summary>
    Sorting,

    /// <summary>The first of a priority queue.</summary>
    PriorityQueue,

    /// <summary>Length of a text in base 16.</summary>
    Hexadecimal,

    /// <summary>What a stack gives back.</summary>
    Stack,
}

/// <summary>A use of the framework with two numbers.</summary>
internal sealed record FeatureUse(Feature Feature, Expression Left, Expression Right) : Expression
{
    public override ImmutableArray<Expression> Parts => [Left, Right];

    public override long Evaluate(Scope scope)
    {
        long a = Left.Evaluate(scope), b = Right.Evaluate(scope);
        switch (Feature)
        {
            case Feature.Text:
                return string.Create(CultureInfo.InvariantCulture, $"{a}:{b}").Length;
            case Feature.Maximum:
                return Math.Max(a, b);
            case Feature.PopCount:
                return unchecked(BitOperations.PopCount((ulong)a) - b);
            case Feature.SortedSet:
                return new SortedSet<long> { a % 10, b % 10, 7 }.Count;
            case Feature.Sorting:
                long[] sorted = [a, b, 11];
                Array.Sort(sorted);
                return unchecked(sorted[0] - sorted[2]);
            case Feature.PriorityQueue:
                return a;
            case Feature.Hexadecimal:
                return (a ^ b).ToString("x", CultureInfo.InvariantCulture).Length;
            case Feature.Stack:
                return b;
            default:
                throw new InvalidOperationException();
        }
    }

    public override Expression With(ImmutableArray<Expression> parts) => this with { Left = parts[0], Right = parts[1] };

    public override string ToString() => Feature switch
    {
        Feature.Text => $"(long)string.Concat({Left}.ToString(), \":\", {Right}.ToString()).Length",
        Feature.Maximum => $"Math.Max({Left}, {Right})",
        Feature.PopCount => $"(System.Numerics.BitOperations.PopCount(unchecked((ulong){Left})) - {Right})",
        Feature.SortedSet => $"(long)new SortedSet<long> {{ {Left} % 10, {Right} % 10, 7 }}.Count",
        Feature.Sorting => $"Values.Ends(new[] {{ {Left}, {Right}, 11L }})",
        Feature.PriorityQueue => $"new PriorityQueue<long, long>([({Left}, 1L), ({Right}, 2L)]).Dequeue()",
        Feature.Hexadecimal => $"(long)({Left} ^ {Right}).ToString(\"x\").Length",
        Feature.Stack => $"new Stack<long>([{Left}, {Right}]).Pop()",
        _ => throw new InvalidOperationException(),
    };
}
