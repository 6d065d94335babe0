using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>
/// Watches the deadline of the command that a store executes for a message: inside a host function that blocks, its
/// actor cannot. Each store has at most one. Commands that handles send are requests, which the sweeper watches
/// directly.
/// </summary>
internal sealed class AskedWatch(StoreCell cell) : ISwept
{
    private volatile AskedCommand? _current;
    private bool _isKnown;

    public StoreCell Cell => cell;

    public bool IsActive => _current is { IsAnswered: false };

    public long NextDue => _current?.Deadline ?? long.MaxValue;

    /// <summary>Begins to watch a command; on the actor's thread.</summary>
    internal void Begin(AskedCommand asked, long deadline)
    {
        asked.Deadline = deadline;
        _current = asked;
        if (!_isKnown)
        {
            _isKnown = true;
            RequestSweeper.Watch(this);
        }

        Interlocked.MemoryBarrier();
        RequestSweeper.RequestSent();
    }

    public void Sweep()
    {
        if (_current is { IsAnswered: false } asked && cell.TryReadClock(out long now)
            && cell.IsGivenUp(cell.Clock.GetElapsedTime(asked.Deadline, now)))
        {
            asked.GiveUp(StoreRequest.NotLetGo());
        }
    }
}
