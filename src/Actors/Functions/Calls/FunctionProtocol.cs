using WasmActors.Actors.Messages;
using WasmActors.Actors.Serialization;

namespace WasmActors.Actors.Functions.Calls;

/// <summary>A call of a deployed function on its way between nodes. The sender of <see cref="Invoke"/> is answered once.</summary>
internal static class FunctionProtocol
{
    /// <summary>Calls an export. Answered by <see cref="Answered"/> or <see cref="Failed"/>.</summary>
    /// <param name="Id">Number of the call at its sender.</param>
    /// <param name="Function">The function's name.</param>
    /// <param name="Key">The key of a keyed function, else null.</param>
    /// <param name="Export">Name of the export; of no meaning to WASI programs.</param>
    /// <param name="Revision">The catalogue's revision that its sender knew: who carries it out waits until it knows as much. 0 for none.</param>
    /// <param name="Within">Time that was left for the call when it was sent.</param>
    /// <param name="Input">By the function's convention.</param>
    internal sealed record Invoke(long Id, string Function, string? Key, string Export, long Revision, TimeSpan Within, FunctionInput Input) : IWireMessage;

    /// <summary>A call's output.</summary>
    internal sealed record Answered(long Id, FunctionOutput Output) : IWireMessage;

    /// <summary>A call failed.</summary>
    internal sealed record Failed(long Id, WasmFailure Failure) : IWireMessage;
}
