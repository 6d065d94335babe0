using System.Collections.Immutable;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Calls;

/// <summary>A call's input, by the function's convention.</summary>
internal abstract record FunctionInput
{
    private FunctionInput()
    {
    }

    /// <summary>Numbers and vectors.</summary>
    internal sealed record Numbers(IReadOnlyList<Val> Values) : FunctionInput;

    /// <summary>Bytes.</summary>
    internal sealed record Bytes(Payload Payload) : FunctionInput;

    /// <summary>What a WASI program is started with.</summary>
    internal sealed record Program(ImmutableArray<string> Arguments, ImmutableSortedDictionary<string, string> Environment, Payload Stdin) : FunctionInput;
}
