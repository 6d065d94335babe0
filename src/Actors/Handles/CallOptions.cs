using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Handles;

/// <summary>How long a call may take and who may give it up.</summary>
/// <param name="Within">Time from now until the answer; null for the store's own limit, which is also the most.</param>
/// <param name="Cancellation">Gives the call up: at once while it waits, within two ticks while its guest runs.</param>
public readonly record struct CallOptions(TimeSpan? Within = null, CancellationToken Cancellation = default)
{
    /// <summary>The calls that wait for this one; null, the default, for none, or for those of the delegate that makes it. An actor that
    /// answers an import passes <see cref="ImportProtocol.ImportCall.Options"/> on.</summary>
    public CallChain? Chain { get; init; }

    /// <summary>Whether the calling thread may run the guest itself for its first time slice, where the store is idle and no other waits for a turn; what is
    /// left then goes on as always. Spares a short call the way to another thread and back. For threads that may be held for so long, and as long as a
    /// host function or one long instruction of the guest keeps them: deadline and cancellation do not free the caller before. Default false; without effect for stores in
    /// <see cref="ExecutionMode.Direct"/> mode and in code that answers an import.</summary>
    public bool OnThisThread { get; init; }

    /// <summary>The same options with a token that was given among the arguments.</summary>
    /// <exception cref="WasmError"><c>call.bad_arguments</c>: there are two different tokens.</exception>
    internal CallOptions CancelledBy(CancellationToken token) => !Cancellation.CanBeCanceled || Cancellation == token
        ? this with { Cancellation = token }
        : throw new WasmError(ErrorCode.BadArguments, "The call has two cancellation tokens, in its options and after its arguments: give one, linked from both if both are to cancel it.");

    /// <summary>A token alone.</summary>
    public static implicit operator CallOptions(CancellationToken cancellation) => new(null, cancellation);

    /// <summary>A time alone.</summary>
    public static implicit operator CallOptions(TimeSpan within) => new(within);
}
