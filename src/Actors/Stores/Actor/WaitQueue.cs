using System.Diagnostics.CodeAnalysis;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Queues the work that a busy store has accepted, in the order in which it came.</summary>
internal sealed class WaitQueue(StoreCell cell, int limit)
{
    private readonly Queue<StoreWork> _work = new();

    internal int Count => _work.Count;

    internal bool IsEmpty => _work.Count == 0;

    /// <summary>Queues work. Fails it if it is a command that no mailbox has counted and the queue is full.</summary>
    internal void Add(StoreWork work)
    {
        if (work is StoreRequest request)
        {
            request.IsQueued = true; // it was counted when it was sent
        }
        else if (!cell.CountsCommands && _work.Count >= limit)
        {
            StoreReports.CountRejection(work.Record, ErrorCode.Busy);
            work.FailWith(new WasmError(
                ErrorCode.Busy, $"Store {cell.Id} has {_work.Count} commands waiting, its limit."));
            return;
        }

        _work.Enqueue(work);
    }

    /// <summary>Removes the oldest work that has not been answered, and starts it.</summary>
    internal bool TryTake([MaybeNullWhen(false)] out StoreWork work)
    {
        while (_work.TryDequeue(out work))
        {
            if (work.TryTake())
            {
                return true;
            }

            work.Leave();
        }

        return false;
    }

    /// <summary>Fails all queued work.</summary>
    internal void FailAll(WasmException failure)
    {
        while (TryTake(out var work))
        {
            work.FailWith(failure);
        }
    }
}
