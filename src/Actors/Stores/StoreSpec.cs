using WasmActors.Actors.Passivation;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Stores;

/// <summary>What a store's actor is started with.</summary>
public sealed record StoreSpec
{
    /// <summary>Limits, WASI and data of the store.</summary>
    public StoreOptions Options { get; init; } = new();

    /// <summary>What becomes of the store after a guest was interrupted in the middle of a call. Default <see cref="InterruptPolicy.Replace"/>.</summary>
    public InterruptPolicy AfterInterrupt { get; init; } = InterruptPolicy.Replace;

    /// <summary>Most requests that may wait for the store. Default 10,000; one more is refused with <c>call.busy</c>.</summary>
    public int QueueLimit { get; init; } = 10_000;

    /// <summary>How long the store may be idle before it is passivated, up to a quarter more: its memory is given back, and what it held is
    /// lost. Never while a command is under way or waits. <see cref="Timeout.InfiniteTimeSpan"/>: only when the host is short of room, the
    /// longest idle first. Default null: never.</summary>
    public TimeSpan? PassivateAfter { get; init; }

    /// <summary>What passivation means to the store's handles. Default <see cref="PassivationPolicy.Revive"/>.</summary>
    public PassivationPolicy WhenPassivated { get; init; } = PassivationPolicy.Revive;

    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal void Check()
    {
        if (PassivateAfter is { } after && after <= TimeSpan.Zero && after != Timeout.InfiniteTimeSpan)
        {
            throw new WasmError(ErrorCode.BadSettings, $"StoreSpec.PassivateAfter is {after}; it must be positive, infinite for passivation under pressure only, or null for none.");
        }
    }
}
