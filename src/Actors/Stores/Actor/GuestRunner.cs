using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Runs the guest of started work slice by slice, and answers the work. The store has been entered, except
/// where noted.</summary>
internal sealed class GuestRunner(StoreParts parts)
{
    /// <summary>Starts work before its guest runs.</summary>
    internal WorkStarter Starter { get; } = new(parts);

    /// <summary>Steps the work on the stack, and then queued work, until nothing is left or a guest is
    /// paused.</summary>
    internal void Advance()
    {
        while (!parts.Failures.IsBroken && parts.Life.Session is not null)
        {
            if (parts.Stack.Top is not { } top)
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
                parts.Failures.OnBug(new InvalidOperationException("Work without a guest was left under way."));
                return;
            }

            try
            {
                switch (CallMetrics.HasFollowed ? parts.Reports.Step(top, call) : call.StepEntered())
                {
                    case CallStep.Completed:
                        OnCompleted(top, call);
                        break;
                    case CallStep.Trapped:
                        OnTrapped(top, call);
                        break;
                    case CallStep.Parked:
                        parts.Imports.OnParked(top, call);
                        break;
                    case CallStep.Yielded:
                        OnYielded(top, call);
                        return;
                }
            }
            catch (Exception bug)
            {
                parts.Failures.OnBug(bug);
            }
        }

        parts.Life.StopWhenIdle();
    }

    /// <summary>Resumes a guest whose place in the line for time slices came up. Enters the store.</summary>
    /// <remarks>The place of a guest that was dropped means nothing: its call was answered, and the next guest has
    /// another place.</remarks>
    internal void Resume(GuestPlace place)
    {
        if (parts.Life.Session is { } session
            && parts.Stack.Top is { IsInLine: true } top && ReferenceEquals(top.Place, place))
        {
            top.IsInLine = false;
            using var _ = session.Store.Enter();
            Advance();
        }
    }

    /// <summary>Executes a command that needs no guest, and returns its reply. A failure is a reply.</summary>
    internal object Execute(Command command)
    {
        try
        {
            return command is GetStatus ? StatusReader.Read(parts) : parts.Session.Execute(command);
        }
        catch (WasmException rejected)
        {
            return StoreSession.Failed(command, rejected);
        }
        catch (ArgumentException rejected)
        {
            return StoreSession.Failed(command, new WasmError(ErrorCode.BadArguments, rejected.Message, rejected));
        }
    }

    /// <summary>Answers the innermost work, and lets the work that it nests in continue to wait.</summary>
    internal void Finish(CallFrame frame, object reply)
    {
        parts.Stack.Pop(frame);
        frame.End().Answer(reply);
        parts.Imports.Callers.ServeNext();
    }

    /// <summary>Fails the innermost work, and lets the work that it nests in continue to wait.</summary>
    internal void FailTop(CallFrame frame, WasmException failure)
    {
        var work = parts.Failures.EndTop(frame, failure);
        if (work is ReplayedStep)
        {
            parts.Making.OnFailed(failure);
            return;
        }

        work.FailWith(failure);
        parts.Imports.Callers.ServeNext();
    }

    /// <summary>Returns a guest call to its pool, if it has one.</summary>
    internal static void Release(GuestCall call)
    {
        if (call is FuncCall funcCall)
        {
            funcCall.GiveBack();
        }
    }

    // The steps that make the store again come before queued work.
    private bool StartNext()
    {
        if (parts.Making.Replay.TryNext(out var step))
        {
            Starter.Start(step);
            return true;
        }

        if (parts.Making.Replay.IsUnderWay)
        {
            parts.Making.OnMade();
        }

        if (!parts.Queue.TryTake(out var work))
        {
            return false;
        }

        Starter.Start(work);
        return true;
    }

    private void OnYielded(CallFrame frame, GuestCall call)
    {
        parts.Deadlines.NotePause(frame);
        var place = (frame.Place ??= new GuestPlace(parts.Self, parts.Cell.Tenant)).For(call);
        frame.IsInLine = true;
        if (!Turn.TryDefer(place))
        {
            parts.Self.Tell(place);
        }
    }

    private void OnCompleted(CallFrame frame, GuestCall call)
    {
        parts.Making.OnSucceeded();
        var work = frame.Work;
        if (frame.Batch is { } batch)
        {
            batch.Add(parts.Session.Completed(batch.Current, call));
            End(frame, call);
            Starter.BeginNextOfBatch(frame);
        }
        else if (work.Command is { } command)
        {
            object reply = parts.Session.Completed(command, call);
            if (call is Instantiation instantiation)
            {
                parts.Recipe.Add(command, work is ReplayedStep);
                parts.Reports.Measure();
                parts.Reports.Instantiated(instantiation, (Instantiated)reply);
            }

            End(frame, call);
            Finish(frame, reply);
        }
        else
        {
            parts.Stack.Pop(frame);
            frame.End();
            work.Leave();
            ((IGuestWork)work).Complete(call);
            Release(call);
            parts.Imports.Callers.ServeNext();
        }
    }

    private void OnTrapped(CallFrame frame, GuestCall call)
    {
        var failure = call.Failure!;
        parts.Reports.Failed(call, failure);
        End(frame, call);
        if (frame.Batch is { } batch
            && !failure.IsInterruption && parts.Recipe.Spec.After(failure) == FailurePolicy.Keep)
        {
            batch.Add(StoreSession.Failed(batch.Current, failure));
            Starter.BeginNextOfBatch(frame);
        }
        else
        {
            parts.Failures.After(frame, failure);
        }
    }

    private static void End(CallFrame frame, GuestCall call)
    {
        frame.Call = null;
        Release(call);
    }
}
