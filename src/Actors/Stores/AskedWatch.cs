using Akka.Actor;
using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Watches the deadline of the command that a store carries out for a message: inside a host function that blocks, its actor cannot.
/// One for each store; commands that handles send are requests, which are watched themselves.
/// </summary>
internal sealed class AskedWatch(StoreCell cell) : ISwept
{
    private volatile AskedCommand? _current;
    private bool _isKnown;

    public StoreCell Cell => cell;

    public bool IsActive => _current is { IsAnswered: false };

    public long NextDue => _current?.Deadline ?? long.MaxValue;

    /// <summary>By the actor: begins to watch a command.</summary>
    /// <returns>Whom to answer in the sender's place.</returns>
    internal IActorRef Begin(IActorRef sender, StoreProtocol.Command command, long deadline)
    {
        var asked = new AskedCommand(sender, command, deadline);
        _current = asked;
        if (!_isKnown)
        {
            _isKnown = true;
            RequestSweeper.Watch(this);
        }

        Interlocked.MemoryBarrier();
        RequestSweeper.RequestSent();
        return asked;
    }

    public void Sweep()
    {
        if (_current is { IsAnswered: false } asked && cell.TryReadClock(out long now) && cell.IsGivenUp(cell.Clock.GetElapsedTime(asked.Deadline, now)))
        {
            asked.Tell(StoreSession.Failed(asked.Command, StoreRequest.NotLetGo()), cell.Actor);
        }
    }
}
