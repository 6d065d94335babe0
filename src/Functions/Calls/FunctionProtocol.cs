using System.Diagnostics;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Functions.Wire;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Calls;

/// <summary>A call of a deployed function on its way between nodes. The sender of <see cref="Invoke"/> is answered
/// once.</summary>
internal static class FunctionProtocol
{
    /// <summary>Calls an export. Answered by <see cref="Answered"/> or <see cref="Failed"/>.</summary>
    /// <param name="Id">Number of the call at its sender.</param>
    /// <param name="Function">The function's name.</param>
    /// <param name="Key">The key of a keyed function, else null.</param>
    /// <param name="Export">Name of the export; of no meaning to WASI programs.</param>
    /// <param name="Revision">The catalogue's revision that its sender knew: who carries it out waits until it knows as
    /// much. 0 for none.</param>
    /// <param name="Time">The call's time. It runs on while the message waits, on both sides of the wire; the way over
    /// it does not count.</param>
    /// <param name="Input">By the function's convention.</param>
    internal sealed record Invoke(long Id, string Function, string? Key, string Export, long Revision, CallTime Time, FunctionInput Input) : IWireMessage
    {
        /// <summary>Identifies repetitions of the call, see <see cref="FunctionRequest.IdempotencyKey"/>. Null if it has
        /// no idempotency key.</summary>
        internal CallIdentity? Identity { get; init; }

        /// <summary>The span that it belongs to; default for none.</summary>
        internal ActivityContext Trace { get; init; }
    }

    /// <summary>A call's output.</summary>
    internal sealed record Answered(long Id, FunctionAnswer Answer) : IWireMessage;

    /// <summary>A call failed.</summary>
    internal sealed record Failed(long Id, WasmFailure Failure) : IWireMessage
    {
        /// <summary>What is told about it; null where no store was begun for it.</summary>
        internal CallDetails? Details { get; init; }

        /// <summary>The exception that the caller gets.</summary>
        internal WasmException ToException()
        {
            var exception = Failure.ToException();
            exception.Owner = WasmException.Elsewhere;
            if (Details is { } details)
            {
                exception.Context = details;
            }

            return exception;
        }

        /// <summary>A failure as the caller is to get it.</summary>
        internal static Failed From(long id, WasmException failure) => new(id, WasmFailure.From(failure)) { Details = CallDetails.Of(failure) };
    }
}
