using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Decides what happens to work when it arrives: it is rejected, executed at once, or queued.</summary>
internal sealed class WorkIntake(StoreParts parts)
{
    /// <summary>Takes work that was sent to the store.</summary>
    internal void Take(StoreWork work)
    {
        var command = work.Command;
        if (command is StoreProtocol.Stop)
        {
            if (work.TryTake())
            {
                parts.Life.Stop(work); // not in the wait graph: no guest waits for it
            }
        }
        else if (parts.Life.IsPassive && command is GetStatus)
        {
            Look(work); // reading the status does not open the store
        }
        else if (AdmissionError() is { } error && !(parts.Making.IsAway && command is GetStatus))
        {
            Reject(work, error);
        }
        else if (work.Chain is { IsOver: false } chain && !CanLook(command) && ChainError(work, chain) is { } circle)
        {
            Reject(work, circle);
        }
        else if (parts.Stack.Top is null && !parts.Making.Replay.HasSteps && parts.Life.Session is { } session)
        {
            if (!work.TryTake())
            {
                work.Leave();
                return;
            }

            // Entered once for the whole turn: everything within is spared the fences of entering.
            using var _ = session.Store.Enter();
            parts.Runner.Starter.Start(work);
            parts.Runner.Advance();
        }
        else if (command is GetStatus || CanLook(command))
        {
            Look(work);
        }
        else
        {
            parts.Queue.Add(work);
        }
    }

    /// <summary>Rejects work: counts it, and answers it with an error.</summary>
    internal static void Reject(StoreWork work, WasmError error)
    {
        if (work.TryTake())
        {
            StoreReports.CountRejection(work.Record, error.Code);
            work.Fail(error); // it is not in the wait graph
        }
    }

    /// <summary>Returns null if the store accepts commands; otherwise the error to answer with. Opens the store of a
    /// passive actor.</summary>
    internal WasmError? AdmissionError() =>
        parts.Failures.BrokenBy is { } reason ? parts.Failures.Lost(reason)
        : parts.Life.IsStopping ? parts.Cell.Gone()
        : parts.Life.IsPassive ? parts.Life.Revive()
        : parts.Making.AdmissionError();

    // Not while the store is being made again: what the command reads may not be there yet.
    private bool CanLook(Command? command) =>
        parts.Life.Session is not null && !parts.Making.Replay.IsUnderWay && StoreSession.IsLook(command);

    // A call that would wait for a call that waits for it fails at once instead of at its deadline.
    private WasmError? ChainError(StoreWork work, CallChain chain)
    {
        if (chain.Depth >= CallChain.MaxDepth)
        {
            return new WasmError(
                ErrorCode.TooDeep,
                $"{chain.Depth} calls wait for this one, the most that are allowed ({chain}): "
                + "stores call each other without end.");
        }

        bool isUnderWay = chain.In(parts.Cell) is { } own && parts.Stack.Contains(own.Call);
        return isUnderWay || !work.TryJoin(chain) ? Reentrant(chain) : null;
    }

    private WasmError Reentrant(CallChain chain) => new(
        ErrorCode.Reentrant,
        $"Store {parts.Cell.Id} waits for this call's answer, directly or through other stores, "
        + $"and cannot carry it out before: {chain} → store {parts.Cell.Id}. "
        + "Whoever answers an import can call back through the import's caller.");

    private void Look(StoreWork work)
    {
        if (!work.TryTake())
        {
            work.Leave();
            return;
        }

        if (parts.Life.Session is not { } session)
        {
            work.Answer(StatusReader.Read(parts));
            return;
        }

        using var _ = session.Store.Enter();
        work.Answer(parts.Runner.Execute(work.Command!));
    }
}
