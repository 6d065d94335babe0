using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

// What becomes of a command when it arrives: refused, carried out at once, or put in line.
internal sealed partial class StoreActor
{
    private void Take(StoreWork work)
    {
        if (work.Command is StoreProtocol.Stop)
        {
            if (work.TryTake())
            {
                Stop(work); // it does not join the wait graph: no guest waits for that
            }
        }
        else if (_isPassive && work.Command is GetStatus)
        {
            Look(work); // to look at it does not wake it
        }
        else if (Refusal() is { } refusal && !(IsAway && work.Command is GetStatus))
        {
            TurnAway(work, refusal);
        }
        else if (work.Chain is { IsOver: false } chain && !CanLook(work.Command) && !JoinChain(work, chain))
        {
            // Refused with the chain.
        }
        else if (_top is null && _stepsLeftToReplay == 0 && _session is not null)
        {
            if (!work.TryTake())
            {
                work.Leave();
                return;
            }

            // Entered once for the whole turn: what is done within is then spared the fences of entering.
            using var _ = Session.Store.Enter();
            Start(work);
            Advance();
        }
        else if (work.Command is GetStatus || CanLook(work.Command))
        {
            Look(work);
        }
        else
        {
            Enqueue(work);
        }
    }

    // Not while the store is made again: what is looked at may not be there yet.
    private bool CanLook(Command? command) => _session is not null && !_isBeingMade && StoreSession.IsLook(command);

    private WasmError? Refusal() =>
        _brokenBy is { } reason ? Lost(reason)
        : IsStopping ? _cell.Gone()
        : _isPassive ? Revive()
        : RefusalWithoutStore();

    // Until it is made again commands wait, unless its circuit is open.
    private WasmError? RefusalWithoutStore() =>
        _session is not null ? null
        : _awaited is null ? _cell.Gone()
        : _cell.Closed?.ToError();

    // A call that would wait for a call that waits for it is told so now instead of at its deadline.
    private bool JoinChain(StoreWork work, CallChain chain)
    {
        WasmError? refusal = null;
        if (chain.Depth >= CallChain.MaxDepth)
        {
            refusal = new WasmError(ErrorCode.TooDeep, $"{chain.Depth} calls wait for this one, the most that are allowed ({chain}): stores call each other without end.");
        }
        else if (chain.In(_cell) is { } own && IsUnderWay(own.Call))
        {
            refusal = Reentrant(chain);
        }
        else if (!work.TryJoin(chain))
        {
            refusal = Reentrant(chain);
        }

        if (refusal is null)
        {
            return true;
        }

        TurnAway(work, refusal);
        return false;
    }

    private void TurnAway(StoreWork work, WasmError refusal)
    {
        if (work.TryTake())
        {
            CountRefusal(work.Record, refusal.Code);
            work.Fail(refusal);
        }
    }

    private WasmError Reentrant(CallChain chain) => new(
        ErrorCode.Reentrant,
        $"Store {_cell.Id} waits for this call's answer, directly or through other stores, and cannot carry it out before: {chain} → store {_cell.Id}. Whoever answers an import can call back through the import's caller.");

    private bool IsUnderWay(long call)
    {
        for (var frame = _top; frame is not null; frame = frame.Outer)
        {
            if (frame.Number == call)
            {
                return true;
            }
        }

        return false;
    }

    private void Look(StoreWork work)
    {
        if (!work.TryTake())
        {
            work.Leave();
            return;
        }

        if (_session is null)
        {
            Answer(work, Status());
            return;
        }

        using var _ = Session.Store.Enter();
        Answer(work, Carry(work.Command!));
    }

    // A command that needs no guest; its failure is a reply.
    private object Carry(Command command)
    {
        try
        {
            return command is GetStatus ? Status() : Session.Execute(command);
        }
        catch (WasmException refused)
        {
            return StoreSession.Failed(command, refused);
        }
        catch (ArgumentException refused)
        {
            return StoreSession.Failed(command, new WasmError(ErrorCode.BadArguments, refused.Message, refused));
        }
    }

    private void Enqueue(StoreWork work)
    {
        if (work is StoreRequest request)
        {
            request.IsQueued = true; // it was counted when it was sent
        }
        else if (!_cell.CountsCommands && _queue.Count >= _recipe.Spec.QueueLimit)
        {
            CountRefusal(work.Record, ErrorCode.Busy);
            FailWork(work, new WasmError(ErrorCode.Busy, $"Store {_cell.Id} has {_queue.Count} commands waiting, its limit."));
            return;
        }

        _queue.Enqueue(work);
    }

    // What was sent before is done first; what comes after is refused.
    private void Stop(StoreWork work)
    {
        _recipe.StopFor(work);
        _cell.MarkGone("it was stopped");
        StopWhenIdle();
    }

    private void StopWhenIdle()
    {
        if (IsStopping && _ended is null && ((_top is null && _queue.Count == 0 && _stepsLeftToReplay == 0) || _session is null))
        {
            Context.Stop(Self);
        }
    }

    // Everybody who waits, those whose work was begun last.
    private void FailAll(WasmException failure)
    {
        FailQueue(failure);
        while (_top is { } top)
        {
            FailWork(EndTop(top, failure), failure);
        }

        if (_breaking is { } breaking)
        {
            _breaking = null;
            FailWork(breaking, _lastFailure ?? failure);
        }
    }

    private void FailQueue(WasmException failure)
    {
        while (_queue.TryDequeue(out var work))
        {
            if (work.TryTake())
            {
                FailWork(work, failure);
            }
            else
            {
                work.Leave();
            }
        }
    }
}
