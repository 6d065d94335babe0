using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Content;

/// <summary>A call's output, in one of the shapes.</summary>
internal abstract record FunctionOutput
{
    private FunctionOutput()
    {
    }

    /// <summary>The payloads in it, in their order.</summary>
    internal virtual IReadOnlyList<Payload> Payloads => [];

    /// <summary>Returns the same output with other payloads, as many and in the order of <see cref="Payloads"/>.</summary>
    internal virtual FunctionOutput With(IReadOnlyList<Payload> payloads) => this;

    /// <summary>Numbers and vectors.</summary>
    internal sealed record Numbers(Results Values) : FunctionOutput;

    /// <summary>Bytes.</summary>
    internal sealed record Bytes(Payload Payload) : FunctionOutput
    {
        internal override IReadOnlyList<Payload> Payloads => [Payload];

        internal override FunctionOutput With(IReadOnlyList<Payload> payloads) => new Bytes(payloads[0]);
    }

    /// <summary>The output of a WASI program.</summary>
    internal sealed record Program(int Status, Payload Stdout, Payload Stderr) : FunctionOutput
    {
        internal override IReadOnlyList<Payload> Payloads => [Stdout, Stderr];

        internal override FunctionOutput With(IReadOnlyList<Payload> payloads) => new Program(Status, payloads[0], payloads[1]);
    }
}
