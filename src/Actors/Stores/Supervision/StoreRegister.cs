using Akka.Actor;

namespace WasmActors.Actors.Stores.Supervision;

/// <summary>The stores of a host that were started and have not ended. Used from any thread.</summary>
/// <remarks>Any thread starts stores, also in the moment when their supervisor ends: it stops the children that it
/// sees then. Whom it misses is found here.
/// The cells are the links: there may be very many.</remarks>
internal sealed class StoreRegister
{
    private readonly Lock _lock = new();
    private StoreCell? _first;
    private bool _isClosed;

    /// <summary>Enters a store whose actor has been started; false when the supervisor has ended: who started it stops
    /// it.</summary>
    internal bool TryAdd(StoreCell cell, IActorRef actor)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            if (!cell.Links.HasEnded)
            {
                cell.Actor = actor;
                cell.Links.Next = _first;
                if (_first is { } next)
                {
                    next.Links.Previous = cell;
                }

                _first = cell;
            }

            return true;
        }
    }

    /// <summary>The store has ended, perhaps before it was entered.</summary>
    internal void Remove(StoreCell cell)
    {
        lock (_lock)
        {
            var (previous, next) = (cell.Links.Previous, cell.Links.Next);
            if (previous is not null)
            {
                previous.Links.Next = next;
            }
            else if (ReferenceEquals(_first, cell))
            {
                _first = next;
            }

            if (next is not null)
            {
                next.Links.Previous = previous;
            }

            cell.Links = new Link { HasEnded = true };
        }
    }

    /// <summary>The supervisor has ended: from here on none is entered. Stops those that are left.</summary>
    internal void Close()
    {
        var left = new List<IActorRef>();
        lock (_lock)
        {
            _isClosed = true;
            for (var cell = _first; cell is not null; cell = cell.Links.Next)
            {
                left.Add(cell.Actor);
            }
        }

        foreach (var actor in left)
        {
            Stop(actor);
        }
    }

    /// <summary>Stops an actor that its parent does not.</summary>
    internal static void Stop(IActorRef actor) => ((IInternalActorRef)actor).Stop();

    /// <summary>A cell's place in the register, the register's own.</summary>
    internal struct Link
    {
        internal StoreCell? Previous;
        internal StoreCell? Next;
        internal bool HasEnded;
    }
}
