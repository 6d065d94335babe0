using System.Collections.Immutable;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Content;

/// <summary>A call's input, in one of the shapes.</summary>
internal abstract record FunctionInput
{
    private FunctionInput()
    {
    }

    /// <summary>Its shape.</summary>
    internal abstract CallShape Shape { get; }

    /// <summary>Its bytes, or null if it has none.</summary>
    internal virtual Payload? Payload => null;

    /// <summary>Returns the same input with its bytes in another place.</summary>
    internal virtual FunctionInput With(Payload payload) => this;

    /// <summary>Numbers and vectors.</summary>
    internal sealed record Numbers(IReadOnlyList<Val> Values) : FunctionInput
    {
        internal override CallShape Shape => CallShape.Numbers;
    }

    /// <summary>Bytes.</summary>
    internal sealed record Bytes(Payload Body) : FunctionInput
    {
        internal override CallShape Shape => CallShape.Bytes;

        internal override Payload? Payload => Body;

        internal override FunctionInput With(Payload payload) => new Bytes(payload);
    }

    /// <summary>The input of a WASI program.</summary>
    internal sealed record Program(ImmutableArray<string> Arguments, ImmutableSortedDictionary<string, string> Environment, Payload Stdin) : FunctionInput
    {
        internal override CallShape Shape => CallShape.Program;

        internal override Payload? Payload => Stdin;

        internal override FunctionInput With(Payload payload) => this with { Stdin = payload };
    }
}
