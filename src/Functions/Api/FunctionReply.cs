using WasmActors.Functions.Content;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Api;

/// <summary>A call's answer. One of <see cref="Results"/>, <see cref="Bytes"/> and <see cref="Program"/> is set, by the
/// request's shape.</summary>
public sealed class FunctionReply
{
    private readonly FunctionOutput _output;

    /// <param name="details">Version, timing and whether it is the answer of an earlier call.</param>
    /// <param name="output">The output, with its payloads in this process.</param>
    internal FunctionReply(CallDetails details, FunctionOutput output)
    {
        Details = details;
        _output = output;
    }

    /// <summary>Version, timing and whether it is the answer of an earlier call, together.</summary>
    public CallDetails Details { get; }

    /// <summary>Number of the function's version that answered.</summary>
    public int Version => Details.Version;

    /// <summary>Where the time went on the node that executed the call.</summary>
    public CallTiming Timing => Details.Timing;

    /// <summary>Whether this is the answer of an earlier call with the same idempotency key: this one did not
    /// run.</summary>
    public bool Replayed => Details.Replayed;

    /// <summary>The results of a call with numbers, otherwise none.</summary>
    public Results Results => _output is FunctionOutput.Numbers numbers ? numbers.Values : default;

    /// <summary>The output of a call with bytes, otherwise empty.</summary>
    public ReadOnlyMemory<byte> Bytes => _output is FunctionOutput.Bytes bytes ? bytes.Payload.Here!.Value : default;

    /// <summary>The output of a WASI program, otherwise null.</summary>
    public ProgramOutput? Program =>
        _output is FunctionOutput.Program program ? new ProgramOutput(program.Status, program.Stdout.Here!.Value, program.Stderr.Here!.Value) : null;
}
