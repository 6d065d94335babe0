using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

// How work is begun, stepped and answered. The store has been entered.
internal sealed partial class StoreActor
{
    private void Start(StoreWork work)
    {
        if (work is AskedCommand asked)
        {
            Watch(asked);
        }

        var frame = _root;
        frame.Begin(work, ++_calls, null);
        _top = frame;
        if (CallMetrics.HasFollowed && work.Record is { IsSampled: true } record)
        {
            Describe(record, work);
        }

        try
        {
            if (work is StoreRequest { IsTooLate: true })
            {
                FailTop(frame, StoreRequest.TooLate());
                return;
            }

            if (work.Command is { } given && CommandCheck.Flaw(given) is { } flaw)
            {
                FailTop(frame, flaw);
                return;
            }

            if (work.Command is Instantiate or InstantiateInOrder && _cell.Host.TryInstantiate(_engine.Settings) is { } full && work is not ReplayedStep)
            {
                FailTop(frame, full);
                return;
            }

            frame.Deadline = DeadlineOf(work);
            switch (work.Command)
            {
                case CallBatch batch:
                    frame.Batch = new BatchProgress(batch);
                    BeginNextOfBatch(frame);
                    return;
                case { } command when Session.Begin(command) is { } call:
                    frame.Call = call;
                    break;
                case GetStatus:
                    _top = null; // it is not itself what the store is doing
                    Answer(frame.End(), Status());
                    return;
                case { } command:
                    object answer = Session.Execute(command);
                    Measure();
                    Finish(frame, answer);
                    _recipe.Add(command, work is ReplayedStep);
                    return;
                case null:
                    frame.Call = ((IGuestWork)work).Begin(Session);
                    break;
            }

            SetLimits(frame);
        }
        catch (WasmException refused)
        {
            FailTop(frame, refused);
        }
        catch (ArgumentException refused)
        {
            FailTop(frame, new WasmError(ErrorCode.BadArguments, refused.Message, refused));
        }
        catch (Exception bug)
        {
            OnBug(bug);
        }
    }

    private long? DeadlineOf(StoreWork work) => work is StoreRequest request ? request.Deadline
        : work.Command?.Within is { } within ? Math.Min(Session.Store.Engine.EpochClock.After(within), Session.Store.DefaultDeadline())
        : null;

    private static void SetLimits(CallFrame frame)
    {
        var call = frame.Call!;
        call.Signal = frame.Work as StoreRequest;
        call.Deadline = frame.Deadline;
    }

    // Steps the work under way, and then what waited for it, until there is nothing left, or a guest is paused.
    private void Advance()
    {
        while (_brokenBy is null && _session is not null)
        {
            if (_top is not { } top)
            {
                if (!StartNext())
                {
                    break;
                }

                continue;
            }

            if (top.IsWaiting || top.IsInLine)
            {
                return;
            }

            if (top.Call is not { } call)
            {
                OnBug(new InvalidOperationException("Work without a guest was left under way."));
                return;
            }

            try
            {
                switch (CallMetrics.HasFollowed ? StepFollowed(top, call) : call.StepEntered())
                {
                    case CallStep.Completed:
                        OnCompleted(top, call);
                        break;
                    case CallStep.Trapped:
                        OnTrapped(top, call);
                        break;
                    case CallStep.Parked:
                        OnParked(top, call);
                        break;
                    case CallStep.Yielded:
                        OnYielded(top, call);
                        return;
                }
            }
            catch (Exception bug)
            {
                OnBug(bug);
            }
        }

        StopWhenIdle();
    }

    // First what makes the store again, then what waits.
    private bool StartNext()
    {
        if (_stepsLeftToReplay > 0)
        {
            Start(new ReplayedStep(_cell, _recipe.Steps[^_stepsLeftToReplay--]));
            return true;
        }

        if (_isBeingMade)
        {
            OnMade();
        }

        while (_queue.TryDequeue(out var work))
        {
            if (work.TryTake())
            {
                Start(work);
                return true;
            }

            work.Leave();
        }

        return false;
    }

    private void OnYielded(CallFrame frame, GuestCall call)
    {
        NotePause(frame);
        var place = (frame.Place ??= new GuestPlace(Self, _cell.Tenant)).For(call);
        frame.IsInLine = true;
        if (!Turn.TryDefer(place))
        {
            Self.Tell(place);
        }
    }

    // The first time that a guest is paused: from here on its deadline is not its own clock's alone to watch.
    private void NotePause(CallFrame frame)
    {
        if (frame.PausedSince == 0)
        {
            frame.PausedSince = _cell.Now;
            WatchTime(frame);
        }
    }

    private void OnCompleted(CallFrame frame, GuestCall call)
    {
        var work = frame.Work;
        if (_isOnTrial)
        {
            OnProved();
        }

        if (frame.Batch is { } batch)
        {
            batch.Add(Session.Completed(batch.Current, call));
            End(frame, call);
            BeginNextOfBatch(frame);
        }
        else if (work.Command is { } command)
        {
            object reply = Session.Completed(command, call);
            if (call is Instantiation instantiation)
            {
                _recipe.Add(command, work is ReplayedStep);
                Measure();
                LogInstance(instantiation, (Instantiated)reply);
            }

            End(frame, call);
            Finish(frame, reply);
        }
        else
        {
            _top = frame.Outer;
            frame.End();
            work.Leave();
            ((IGuestWork)work).Complete(call);
            Release(call);
            AfterNested();
        }
    }

    private void OnTrapped(CallFrame frame, GuestCall call)
    {
        var failure = call.Failure!;
        LogFailure(call, failure);
        TellTrap(failure);
        End(frame, call);
        if (frame.Batch is { } batch && !failure.IsInterruption && _recipe.Spec.After(failure) == FailurePolicy.Keep)
        {
            batch.Add(StoreSession.Failed(batch.Current, failure));
            BeginNextOfBatch(frame);
        }
        else
        {
            AfterFailure(frame, failure);
        }
    }

    private void BeginNextOfBatch(CallFrame frame)
    {
        while (frame.Batch is { } batch)
        {
            if (!batch.MoveNext())
            {
                Finish(frame, new BatchReturned(batch.Replies));
                return;
            }

            try
            {
                frame.Call = Session.Begin(batch.Current)!;
                SetLimits(frame);
                return;
            }
            catch (WasmException refused)
            {
                batch.Add(new Failed(WasmFailure.From(refused)));
            }
        }
    }
}
