using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Reads what a store is doing.</summary>
internal static class StatusReader
{
    internal static StoreStatus Read(StoreParts parts)
    {
        var engine = parts.Cell.Engine;
        var clock = parts.Cell.Clock;
        var now = clock.GetUtcNow();
        long timestamp = clock.GetTimestamp();
        DateTimeOffset Since(long at) => now - clock.GetElapsedTime(at, timestamp);

        var top = parts.Stack.Top;
        var root = top;
        int nested = 0;
        for (; root?.Outer is { } outer; root = outer)
        {
            nested++;
        }

        var activity = parts.Life.IsPassive ? StoreActivity.Passive
            : parts.Making.IsAway ? StoreActivity.Away
            : root is null ? StoreActivity.Idle
            : top!.IsWaiting ? StoreActivity.Parked
            : StoreActivity.Running;
        return new StoreStatus(activity, parts.Recipe.Generation, parts.Stack.Begun, parts.Queue.Count)
        {
            RunningSince = root is null ? null : Since(root.PausedSince),
            ParkedOn = top is { IsWaiting: true, Call.Import: { } import } ? import.Func.ShownName : null,
            ParkedSince = top is { IsWaiting: true } ? Since(top.Wait.Since) : null,
            Slices = root?.Call?.Slices ?? 0,
            ProcessorTime = root?.Call?.ProcessorTime ?? TimeSpan.Zero,
            NestedCalls = nested,
            Fuel = engine.Settings.Fuel ? parts.Life.Session?.Store.Fuel : null,
            Circuit = parts.Recipe.Restarts?.Circuit ?? CircuitState.Closed,
        };
    }
}
