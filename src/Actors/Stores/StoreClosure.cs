using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Stores;

/// <summary>Why a store takes no requests: it has gone, or its circuit is open.</summary>
internal sealed class StoreClosure
{
    private readonly string _because;
    private readonly TimeProvider? _clock;
    private readonly long _closedAt;
    private readonly TimeSpan _delay;

    /// <summary>The store has gone.</summary>
    internal StoreClosure(string because) => _because = because;

    /// <summary>It is tried again after a delay.</summary>
    internal StoreClosure(string because, TimeProvider clock, long now, TimeSpan delay)
    {
        _because = because;
        _clock = clock;
        _closedAt = now;
        _delay = delay;
    }

    internal bool IsForGood => _clock is null;

    internal WasmError ToError(long store) => IsForGood
        ? new WasmError(ErrorCode.StoreGone, $"Store {store} has gone: {_because}. Make a new one.")
        : new WasmError(ErrorCode.CircuitOpen, $"Store {store} failed too often and is given a rest: {_because}. Try again in {Left().TotalSeconds:0.###} s.");

    private TimeSpan Left()
    {
        var left = _delay - _clock!.GetElapsedTime(_closedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
