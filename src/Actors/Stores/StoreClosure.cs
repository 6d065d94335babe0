using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores;

/// <summary>Why a store takes no requests: it has gone, or its circuit is open.</summary>
internal sealed class StoreClosure
{
    private readonly StoreCell _store;
    private readonly string _because;
    private readonly long _reopensAt;

    /// <summary>The store has gone, or, with a timestamp, is tried again then.</summary>
    internal StoreClosure(StoreCell store, string because, long reopensAt = long.MaxValue)
    {
        _store = store;
        _because = because;
        _reopensAt = reopensAt;
    }

    /// <summary>Why, for people.</summary>
    internal string Because => _because;

    internal bool IsForGood => _reopensAt == long.MaxValue;

    internal WasmError ToError()
    {
        if (IsForGood)
        {
            return new WasmError(ErrorCode.StoreGone, $"Store {_store.Id} has gone: {_because}. Make a new one.");
        }

        var left = _store.LeftIfKnown(_reopensAt);
        return new WasmError(
            ErrorCode.CircuitOpen,
            $"Store {_store.Id} failed too often and is given a rest: {_because}. Try again {(left is { } after ? $"in {after.TotalSeconds:0.###} s" : "later")}.")
        {
            RetryAfter = left,
        };
    }
}
