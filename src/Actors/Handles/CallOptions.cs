using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Handles;

/// <summary>How long a call may take and who may give it up.</summary>
/// <param name="Within">Time from now until the answer; null for the store's own limit, which is also the most.</param>
/// <param name="Cancellation">Gives the call up: at once while it waits, within two ticks while its guest runs.</param>
public readonly record struct CallOptions(TimeSpan? Within = null, CancellationToken Cancellation = default)
{
    /// <summary>The calls that wait for this one; null, the default, for none, or for those of the delegate that makes it. An actor that
    /// answers an import passes <see cref="ImportProtocol.ImportCall.Options"/> on.</summary>
    public CallChain? Chain { get; init; }

    /// <summary>A token alone.</summary>
    public static implicit operator CallOptions(CancellationToken cancellation) => new(null, cancellation);

    /// <summary>A time alone.</summary>
    public static implicit operator CallOptions(TimeSpan within) => new(within);
}
