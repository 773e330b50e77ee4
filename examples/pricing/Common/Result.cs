using System.Diagnostics.CodeAnalysis;

namespace Pricing.Common;

/// <summary>A value, or the reason why there is none.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, string? error)
    {
        _value = value;
        Error = error;
    }

    public string? Error { get; }

    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    public T Value => Succeeded ? _value! : throw new InvalidOperationException(Error);

    public static Result<T> Success(T value) => new(value, null);

    public static Result<T> Failure(string error) => new(default, error);

    public Result<TOther> Then<TOther>(Func<T, Result<TOther>> next) =>
        Succeeded ? next(_value!) : Result<TOther>.Failure(Error);

    public TOther Match<TOther>(Func<T, TOther> success, Func<string, TOther> failure) =>
        Succeeded ? success(_value!) : failure(Error);
}
