using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Api;

/// <summary>A call's answer. One of <see cref="Results"/>, <see cref="Bytes"/> and <see cref="Program"/> is there: by the request's convention.</summary>
public sealed class FunctionReply
{
    internal FunctionReply(CallDetails details) => Details = details;

    /// <summary>Version, timing and whether it is the answer of an earlier call, together.</summary>
    public CallDetails Details { get; }

    /// <summary>Number of the function's version that answered.</summary>
    public int Version => Details.Version;

    /// <summary>Where the time went on the node that carried the call out.</summary>
    public CallTiming Timing => Details.Timing;

    /// <summary>Whether this is the answer of an earlier call with the same idempotency key: this one did not run.</summary>
    public bool Replayed => Details.Replayed;

    /// <summary>The results of <see cref="CallingConvention.Core"/>, else none.</summary>
    public Results Results { get; internal init; }

    /// <summary>The output of <see cref="CallingConvention.Bytes"/>, else empty.</summary>
    public ReadOnlyMemory<byte> Bytes { get; internal init; }

    /// <summary>What a WASI program left, else null.</summary>
    public ProgramOutput? Program { get; internal init; }
}
