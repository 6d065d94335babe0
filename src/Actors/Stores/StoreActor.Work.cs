using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

// How work is begun, stepped and answered, and what follows when it breaks the store.
internal sealed partial class StoreActor
{
    private void Enqueue(in Work work)
    {
        if (_queue.Count >= _recipe.Spec.QueueLimit)
        {
            Answer(work, new Failed(new WasmFailure(ErrorCode.Busy, $"Store {_cell.Id} has {_queue.Count} commands waiting, its limit.")));
            return;
        }

        _queue.Enqueue(work);
    }

    private void Start(in Work work)
    {
        (_request, _command, _sender) = (work.Request, work.Command, work.Sender);
        _calls++;
        try
        {
            if (work.Request?.IsTooLate == true)
            {
                FailWork(StoreRequest.TooLate());
                return;
            }

            _deadline = DeadlineOf(work);
            switch (work.Command)
            {
                case CallBatch batch:
                    _batch = new BatchProgress(batch);
                    BeginNextOfBatch();
                    return;
                case { } command when Session.Begin(command) is { } call:
                    _call = call;
                    break;
                case { } command:
                    Finish(Session.Execute(command));
                    _recipe.Add(command);
                    return;
                case null:
                    _call = work.Request!.Begin(Session);
                    break;
            }

            SetLimits(_call!);
        }
        catch (WasmException refused)
        {
            FailWork(refused);
        }
        catch (ArgumentException refused)
        {
            FailWork(new WasmError(ErrorCode.BadArguments, refused.Message, refused));
        }
        catch (Exception bug)
        {
            OnBug(bug);
        }
    }

    // The call is given up, not given back: nobody knows its state, and its store ends with it.
    private void OnBug(Exception bug)
    {
        _call = null;
        _batch = null;
        _log.Error(bug, "Store {Store} broke", _cell.Id);
        Break(bug, Lost(bug));
    }

    private long? DeadlineOf(in Work work) => work.Request is { } request ? request.Deadline
        : work.Command?.Within is { } within ? Math.Min(Session.Store.Engine.EpochClock.After(within), Session.Store.DefaultDeadline())
        : null;

    private void SetLimits(GuestCall call)
    {
        call.Signal = _request;
        call.Deadline = _deadline;
    }

    // Steps the work under way, and then what waited for it, until there is nothing left or a guest yields.
    private void Advance()
    {
        while (_call is not null || _queue.Count > 0)
        {
            if (_brokenBy is not null)
            {
                return;
            }

            if (_call is not { } call)
            {
                Start(_queue.Dequeue());
                continue;
            }

            try
            {
                switch (call.StepEntered())
                {
                    case CallStep.Completed:
                        OnCompleted(call);
                        break;
                    case CallStep.Trapped:
                        OnTrapped(call);
                        break;
                    default:
                        Self.Tell(Resume.Instance);
                        return;
                }
            }
            catch (Exception bug)
            {
                OnBug(bug);
            }
        }
    }

    private void OnCompleted(GuestCall call)
    {
        if (_batch is { } batch)
        {
            batch.Add(Session.Completed(batch.Current, call));
            End(call);
            BeginNextOfBatch();
            return;
        }

        if (_command is { } command)
        {
            object reply = Session.Completed(command, call);
            if (call is Instantiation instantiation)
            {
                _recipe.Add(command);
                LogInstance(instantiation, (Instantiated)reply);
            }

            End(call);
            Finish(reply);
        }
        else
        {
            _request!.Completed(call);
            End(call);
            _request = null;
        }
    }

    private void OnTrapped(GuestCall call)
    {
        var failure = call.Failure!;
        bool interrupted = failure is Trap { TrapCode: TrapCode.Interrupt };
        LogFailure(call, failure);
        End(call);
        if (_batch is { } batch && !interrupted)
        {
            batch.Add(StoreSession.Failed(batch.Current, failure));
            BeginNextOfBatch();
            return;
        }

        _batch = null;
        if (interrupted)
        {
            AfterInterrupt(failure);
        }
        else
        {
            Fail(failure);
        }
    }

    private void AfterInterrupt(WasmException failure)
    {
        switch (_recipe.Spec.AfterInterrupt)
        {
            case InterruptPolicy.Replace:
                Break(failure, failure);
                break;
            case InterruptPolicy.Stop:
                _cell.MarkGone($"its guest was interrupted ({failure.Code})");
                Fail(failure);
                Context.Stop(Self);
                break;
            case InterruptPolicy.Keep:
                Fail(failure);
                break;
        }
    }

    private void BeginNextOfBatch()
    {
        while (_batch is { } batch)
        {
            if (!batch.MoveNext())
            {
                _batch = null;
                Finish(new BatchReturned(batch.Replies));
                return;
            }

            try
            {
                _call = Session.Begin(batch.Current)!;
                SetLimits(_call);
                return;
            }
            catch (WasmException refused)
            {
                batch.Add(new Failed(WasmFailure.From(refused)));
            }
        }
    }

    // Everything that was sent before this message is answered first, whose command broke the store last; then the actor
    // throws and begins again. So who reads the failure and calls again finds the fresh store.
    private void Break(Exception reason, WasmException failure)
    {
        _brokenBy = reason;
        _lastFailure = failure;
        FailQueue(Lost(reason));
        Self.Tell(QueueAnswered.Instance);
    }

    private void End(GuestCall call)
    {
        _call = null;
        if (call is FuncCall funcCall)
        {
            funcCall.GiveBack();
        }
    }

    private void Finish(object reply)
    {
        var work = EndWork();
        Answer(work, reply);
    }

    private Work EndWork()
    {
        var work = new Work(_request, _command, _sender);
        (_request, _command, _sender) = (null, null, null);
        return work;
    }

    private void Fail(WasmException failure)
    {
        if (_request?.CompletesInSpiteOf(failure) == true)
        {
            EndWork();
        }
        else
        {
            FailWork(failure);
        }
    }

    private void FailWork(WasmException failure)
    {
        var work = EndWork();
        if (_call is { } call)
        {
            End(call);
        }

        _batch = null;
        if (work.Command is { } command)
        {
            Answer(work, StoreSession.Failed(command, failure));
        }
        else
        {
            work.Request?.Fail(failure);
        }
    }

    private void FailQueue(WasmError failure)
    {
        while (_queue.TryDequeue(out var work))
        {
            Answer(work, new Failed(WasmFailure.From(failure)));
        }
    }

    private static void Answer(in Work work, object reply)
    {
        if (work.Request is null)
        {
            work.Sender?.Tell(reply);
        }
        else if (reply is Failed failed)
        {
            work.Request.Fail(failed.Failure.ToException());
        }
        else
        {
            work.Request.Reply(reply);
        }
    }
}
