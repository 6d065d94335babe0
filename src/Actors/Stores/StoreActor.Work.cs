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
    private void Start(in Work work)
    {
        if (work.Sender is not (null or AskedCommand) && TryWatch(work, out var watched))
        {
            Start(watched);
            return;
        }

        var activity = _root;
        activity.Begin(work, ++_calls, null);
        _top = activity;
        if (CallMetrics.HasFollowed && work.Record is { IsSampled: true } record)
        {
            Describe(record, work);
        }

        try
        {
            if (work.Request?.IsTooLate == true)
            {
                FailTop(activity, StoreRequest.TooLate());
                return;
            }

            if (work.Command is { } given && CommandCheck.Flaw(given) is { } flaw)
            {
                FailTop(activity, flaw);
                return;
            }

            if (work.Command is Instantiate or InstantiateInOrder && _cell.Host.TryInstantiate(_engine.Settings) is { } full && !IsReplay(work))
            {
                FailTop(activity, full);
                return;
            }

            activity.Deadline = DeadlineOf(work);
            switch (work.Command)
            {
                case CallBatch batch:
                    activity.Batch = new BatchProgress(batch);
                    BeginNextOfBatch(activity);
                    return;
                case { } command when Session.Begin(command) is { } call:
                    activity.Call = call;
                    break;
                case GetStatus:
                    _top = null; // it is not itself what the store is doing
                    activity.End().Answer(Status(), _cell);
                    return;
                case { } command:
                    object answer = Session.Execute(command);
                    Measure();
                    Finish(activity, answer);
                    _recipe.Add(command, IsReplay(work));
                    return;
                case null:
                    activity.Call = work.Request!.Begin(Session);
                    break;
            }

            SetLimits(activity);
        }
        catch (WasmException refused)
        {
            FailTop(activity, refused);
        }
        catch (ArgumentException refused)
        {
            FailTop(activity, new WasmError(ErrorCode.BadArguments, refused.Message, refused));
        }
        catch (Exception bug)
        {
            OnBug(bug);
        }
    }

    private static bool IsReplay(in Work work) => work.Request is null && work.Sender is null;

    private long? DeadlineOf(in Work work) => work.Request is { } request ? request.Deadline
        : work.Command?.Within is { } within ? Math.Min(Session.Store.Engine.EpochClock.After(within), Session.Store.DefaultDeadline())
        : null;

    private static void SetLimits(Activity activity)
    {
        var call = activity.Call!;
        call.Signal = activity.Work.Request;
        call.Deadline = activity.Deadline;
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
            Start(new Work(null, _recipe.Steps[^_stepsLeftToReplay--], null, null));
            return true;
        }

        if (_isBeingMade)
        {
            OnMade();
        }

        while (_queue.TryDequeue(out var work))
        {
            if (work.TryTake(_cell))
            {
                Start(work);
                return true;
            }

            work.Forget(_cell);
        }

        return false;
    }

    private void OnYielded(Activity activity, GuestCall call)
    {
        NotePause(activity);
        var place = (activity.Place ??= new GuestPlace(Self, _cell.Tenant)).For(call);
        activity.IsInLine = true;
        if (!Turn.TryDefer(place))
        {
            Self.Tell(place);
        }
    }

    // The first time that a guest is paused: from here on its deadline is not its own clock's alone to watch.
    private void NotePause(Activity activity)
    {
        if (activity.PausedSince == 0)
        {
            activity.PausedSince = _cell.Now;
            WatchTime(activity);
        }
    }

    private void OnCompleted(Activity activity, GuestCall call)
    {
        var work = activity.Work;
        if (_isOnTrial)
        {
            OnProved();
        }

        if (activity.Batch is { } batch)
        {
            batch.Add(Session.Completed(batch.Current, call));
            End(activity, call);
            BeginNextOfBatch(activity);
        }
        else if (work.Command is { } command)
        {
            object reply = Session.Completed(command, call);
            if (call is Instantiation instantiation)
            {
                _recipe.Add(command, IsReplay(work));
                Measure();
                LogInstance(instantiation, (Instantiated)reply);
            }

            End(activity, call);
            Finish(activity, reply);
        }
        else
        {
            _top = activity.Outer;
            activity.End();
            work.Request!.Completed(call);
            work.Forget(_cell);
            Release(call);
            AfterNested();
        }
    }

    private void OnTrapped(Activity activity, GuestCall call)
    {
        var failure = call.Failure!;
        LogFailure(call, failure);
        TellTrap(failure);
        End(activity, call);
        if (activity.Batch is { } batch && !failure.IsInterruption && _recipe.Spec.After(failure) == FailurePolicy.Keep)
        {
            batch.Add(StoreSession.Failed(batch.Current, failure));
            BeginNextOfBatch(activity);
        }
        else
        {
            AfterFailure(activity, failure);
        }
    }

    private void BeginNextOfBatch(Activity activity)
    {
        while (activity.Batch is { } batch)
        {
            if (!batch.MoveNext())
            {
                Finish(activity, new BatchReturned(batch.Replies));
                return;
            }

            try
            {
                activity.Call = Session.Begin(batch.Current)!;
                SetLimits(activity);
                return;
            }
            catch (WasmException refused)
            {
                batch.Add(new Failed(WasmFailure.From(refused)));
            }
        }
    }
}
