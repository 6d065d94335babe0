using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores;

// What the store tells of itself.
internal sealed partial class StoreActor
{
    private StoreStatus Status()
    {
        var clock = _engine.Settings.Clock;
        var now = clock.GetUtcNow();
        long timestamp = clock.GetTimestamp();
        DateTimeOffset Since(long at) => now - clock.GetElapsedTime(at, timestamp);

        var root = _top;
        int nested = 0;
        for (; root?.Outer is { } outer; root = outer)
        {
            nested++;
        }

        return new StoreStatus(
            _isPassive ? StoreActivity.Passive : IsAway ? StoreActivity.Away : root is null ? StoreActivity.Idle : _top!.IsWaiting ? StoreActivity.Parked : StoreActivity.Running,
            _recipe.Generation,
            _calls,
            _queue.Count)
        {
            RunningSince = root is null ? null : Since(root.PausedSince),
            ParkedOn = _top is { IsWaiting: true, Call.Import: { } import } ? import.Func.ShownName : null,
            ParkedSince = _top is { IsWaiting: true } ? Since(_top.WaitingSince) : null,
            Slices = root?.Call?.Slices ?? 0,
            ProcessorTime = root?.Call?.ProcessorTime ?? TimeSpan.Zero,
            NestedCalls = nested,
            Fuel = _engine.Settings.Fuel ? _session?.Store.Fuel : null,
            Circuit = _recipe.Restarts?.Circuit ?? CircuitState.Closed,
        };
    }
}
