using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Calls;

/// <summary>A call's output, by the function's convention.</summary>
internal abstract record FunctionOutput
{
    private FunctionOutput()
    {
    }

    /// <summary>Numbers and vectors.</summary>
    internal sealed record Numbers(Results Values) : FunctionOutput;

    /// <summary>Bytes.</summary>
    internal sealed record Bytes(Payload Payload) : FunctionOutput;

    /// <summary>What a WASI program left.</summary>
    internal sealed record Program(int Status, Payload Stdout, Payload Stderr) : FunctionOutput;
}
