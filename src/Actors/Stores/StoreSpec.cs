using WasmActors.Actors.Passivation;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Stores;

/// <summary>What a store's actor is started with.</summary>
public sealed record StoreSpec
{
    /// <summary>Limits, WASI and data of the store.</summary>
    public StoreOptions Options { get; init; } = new();

    /// <summary>What becomes of the store after a guest was interrupted in the middle of a call. Default
    /// <see cref="FailurePolicy.Replace"/>.</summary>
    public FailurePolicy AfterInterrupt { get; init; } = FailurePolicy.Replace;

    /// <summary>What becomes of the store after its guest trapped. Default <see cref="FailurePolicy.Keep"/>:
    /// WebAssembly leaves the
    /// instance usable, in whatever state the guest left it.</summary>
    public FailurePolicy AfterTrap { get; init; } = FailurePolicy.Keep;

    /// <summary>What becomes of the store after the host failed in the middle of a guest's call: a host function
    /// threw, or an import was
    /// not answered or not as its type says. Default <see cref="FailurePolicy.Keep"/>.</summary>
    public FailurePolicy AfterHostException { get; init; } = FailurePolicy.Keep;

    /// <summary>How the store comes back when it is replaced.</summary>
    public RestartPolicy Restart { get; init; } = new();

    /// <summary>Whose store it is: tenants share the host's processors and its places for waiting requests by their
    /// weights
    /// (<see cref="Admission.AdmissionOptions"/>). 1 to 64 characters; default null: of none, and all of those
    /// together count as one.</summary>
    public string? Tenant { get; init; }

    /// <summary>Most requests that may wait for the store, by handle or as messages, 1 or more. Default 10,000; one
    /// more is refused with
    /// <c>call.busy</c>.</summary>
    public int QueueLimit { get; init; } = 10_000;

    /// <summary>How long the store may be idle before it is passivated, up to a quarter more: its memory is given
    /// back, and what it held is
    /// lost. Never while a command is under way or waits. <see cref="Timeout.InfiniteTimeSpan"/>: only when the host
    /// is short of room, the
    /// longest idle first. Default null: never.</summary>
    public TimeSpan? PassivateAfter { get; init; }

    /// <summary>What passivation means to the store's handles. Default
    /// <see cref="PassivationPolicy.Revive"/>.</summary>
    public PassivationPolicy WhenPassivated { get; init; } = PassivationPolicy.Revive;

    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal void Check()
    {
        if (Options?.Limits is null || Restart is null)
        {
            throw new WasmError(ErrorCode.BadSettings, $"StoreSpec.{(Restart is null ? nameof(Restart) : Options is null ? nameof(Options) : "Options.Limits")} is null; leave it out for the defaults.");
        }

        Restart.Check();
        if (PassivateAfter is { } after && after <= TimeSpan.Zero && after != Timeout.InfiniteTimeSpan)
        {
            throw new WasmError(ErrorCode.BadSettings, $"StoreSpec.PassivateAfter is {after}; it must be positive, infinite for passivation under pressure only, or null for none.");
        }
    }

    /// <summary>What becomes of the store after a failure of its guest's work.</summary>
    internal FailurePolicy After(WasmException failure) => failure switch
    {
        { IsInterruption: true } => AfterInterrupt,
        Trap => AfterTrap,
        WasmError error when IsOfHost(error) => AfterHostException,
        _ => FailurePolicy.Keep,
    };

    // Others were refused before the guest ran.
    private static bool IsOfHost(WasmError error) =>
        error.Origin == FailureOrigin.Import || error.Frames.Count > 0 || error.Code is ErrorCode.HostException or ErrorCode.HostBadResult or ErrorCode.ImportDeadlineExceeded or ErrorCode.ImportServerGone;
}
