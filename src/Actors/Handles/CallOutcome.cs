using System.Diagnostics.CodeAnalysis;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Handles;

/// <summary>What became of a call, as data: its result or its failure.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
public readonly struct CallOutcome<T>
{
    private readonly T? _value;

    internal CallOutcome(T value) => _value = value;

    internal CallOutcome(WasmException failure) => Failure = failure;

    /// <summary>A trap, the exit of a WASI program or an error, with its code and frames; null after a success.</summary>
    public WasmException? Failure { get; }

    /// <summary>Whether the call returned.</summary>
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Failure is null;

    /// <summary>The result.</summary>
    /// <exception cref="WasmException">The call failed: its own failure is thrown.</exception>
    public T Value => Succeeded ? _value! : throw Failure;

    /// <summary>Returns the result or the failure as text.</summary>
    public override string ToString() => Succeeded ? $"{_value}" : $"{Failure.Code}: {Failure.Message}";
}
