using System.Diagnostics;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Messages;

/// <summary>
/// The calls that wait for a call: the store it was made on behalf of, that one's caller, and so on. It travels with
/// calls that answer imports, so that a call that would come back into a store that waits for it is refused at once.
/// </summary>
public sealed class CallChain
{
    /// <summary>How long a chain may be; one more is refused with <c>call.too_deep</c>.</summary>
    public const int MaxDepth = 32;

    private volatile bool _isOver;
    private object? _trace;

    internal CallChain(StoreCell store, long call, CallChain? outer)
    {
        Cell = store;
        Call = call;
        Outer = outer;
        Depth = (outer?.Depth ?? 0) + 1;
    }

    /// <summary>Number of the store whose guest waits, as in logs.</summary>
    public long Store => Cell.Id;

    /// <summary>Number of the waiting call in that store.</summary>
    public long Call { get; }

    /// <summary>The call that this one was made on behalf of; null for the first.</summary>
    public CallChain? Outer { get; }

    /// <summary>How many calls wait, this one included.</summary>
    public int Depth { get; }

    internal StoreCell Cell { get; }

    /// <summary>The span of the waiting import; default where it is not traced.</summary>
    internal ActivityContext Trace
    {
        get => _trace is ActivityContext trace ? trace : default;
        set => _trace = value == default ? null : value;
    }

    /// <summary>Whether the call no longer waits: its import was answered, or it has ended. Then it can be held up by
    /// nobody.</summary>
    internal bool IsOver
    {
        get => _isOver;
        set => _isOver = value;
    }

    /// <summary>The chain in words, the first call first: <c>store 3, call 7 → store 5, call 1</c>.</summary>
    public override string ToString() => Outer is null ? $"store {Store}, call {Call}" : $"{Outer} → store {Store}, call {Call}";

    /// <summary>The chain's call in a store, or null.</summary>
    internal CallChain? In(StoreCell store)
    {
        for (var link = this; link is not null; link = link.Outer)
        {
            if (ReferenceEquals(link.Cell, store))
            {
                return link;
            }
        }

        return null;
    }
}
