using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores.Supervision;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Decides what happens to the store and to waiting calls when work fails, and carries that out.</summary>
internal sealed class StoreFailures(StoreParts parts)
{
    private StoreWork? _breaking;
    private WasmException? _lastFailure;

    // Whether paused guests end with the store, instead of being dropped before their callers are answered.
    private bool _leavesGuests;

    /// <summary>Why the store broke; null while it has not.</summary>
    internal Exception? BrokenBy { get; private set; }

    internal bool IsBroken => BrokenBy is not null;

    /// <summary>Ends work whose guest is paused, and the work that nests in it.</summary>
    internal void Interrupt(CallFrame frame, string code, string what)
    {
        string where = frame.Call?.Import is { } import ? $", waiting for '{import.Func.ShownName}'" : "";
        var failure = new Trap(TrapCode.Interrupt, code, $"{what}{where}.", [], null) { Owner = parts.Cell.Id };
        _leavesGuests = PolicyFor(frame, failure) != FailurePolicy.Keep;
        DropAbove(frame, failure);
        if (frame.Call is { } call)
        {
            parts.Reports.Failed(call, failure);
        }

        After(frame, failure);
    }

    /// <summary>Fails the work that nests in a frame: it cannot continue if the frame does not.</summary>
    internal void DropAbove(CallFrame frame, WasmException reason)
    {
        while (parts.Stack.Top is { } top && top != frame)
        {
            EndTop(top, reason).FailWith(reason);
        }
    }

    /// <summary>Handles the failure of the innermost work: what becomes of the store, and which callers get which
    /// error.</summary>
    internal void After(CallFrame frame, WasmException failure)
    {
        switch (PolicyFor(frame, failure))
        {
            case FailurePolicy.Replace:
                failure.Fate = StoreFate.Replaced;
                Break(frame, failure, failure);
                break;
            case FailurePolicy.Stop:
                failure.Fate = StoreFate.Stopped;
                EndStore(frame, failure);
                break;
            default:
                if (failure.IsInterruption)
                {
                    failure.Fate = StoreFate.Kept;
                }

                parts.Runner.FailTop(frame, failure);
                break;
        }
    }

    /// <summary>Breaks the store because of a bug. The guest call is not reused: its state is unknown.</summary>
    internal void OnBug(Exception bug)
    {
        var top = parts.Stack.Top;
        if (top is not null)
        {
            top.Call = null;
            if (top.Work is ReplayedStep)
            {
                parts.Stack.Pop(top);
                top.End();
                parts.Making.OnFailed(bug);
                return;
            }
        }

        parts.Reports.Log.Error(bug, "Store {Store} broke", parts.Cell.Id);
        Break(top, bug, Lost(bug));
    }

    /// <summary>Ends the innermost work without answering it. A paused guest is dropped.</summary>
    internal StoreWork EndTop(CallFrame frame, WasmException failure)
    {
        parts.Stack.Pop(frame);
        CallerDesk.FailAll(frame);
        if (frame.IsWaiting)
        {
            frame.Work.Record?.Answered(failure.Code);
        }

        if (frame.Call is { } call)
        {
            if (call.IsPaused && (_leavesGuests || !TryDrop(call, failure)))
            {
                return frame.End();
            }

            GuestRunner.Release(call);
        }

        return frame.End();
    }

    /// <summary>Fails all work: the queue first, and the work that broke the store last.</summary>
    internal void FailAll(WasmException failure)
    {
        parts.Queue.FailAll(failure);
        while (parts.Stack.Top is { } top)
        {
            EndTop(top, failure).FailWith(failure);
        }

        AnswerBreaking(_lastFailure ?? failure);
    }

    /// <summary>Answers the command that broke the store, after everything that was sent before, and throws to restart
    /// the actor.</summary>
    internal void OnQueueAnswered()
    {
        AnswerBreaking(_lastFailure!);
        if (parts.Cell.IsGone)
        {
            parts.Life.Close(); // it was to stop while it broke
            parts.Context.Stop(parts.Self);
            return;
        }

        throw new StoreBrokenException($"store {parts.Cell.Id} broke: {GuestText.MessageOf(BrokenBy!)}", BrokenBy);
    }

    /// <summary>Returns the error for work that the store lost.</summary>
    internal WasmError Lost(Exception reason) => new(
        ErrorCode.StoreLost,
        $"Store {parts.Cell.Id} broke and is replaced by a fresh one ({ShortReason(reason)}): "
            + "the command was not carried out to its end; what the store held is lost.",
        reason is WasmException ? null : reason);

    /// <summary>Returns a failure's code, or the name of an exception's type.</summary>
    internal static string ShortReason(Exception reason) =>
        reason is WasmException failure ? failure.Code : reason.GetType().Name;

    private FailurePolicy PolicyFor(CallFrame frame, WasmException failure)
    {
        var policy = frame.Work is ReplayedStep ? FailurePolicy.Keep : parts.Recipe.Spec.After(failure);
        return parts.Cell.Engine.EndsGuests || (policy == FailurePolicy.Replace && parts.Cell.IsGone)
            ? FailurePolicy.Stop // it was to stop in any case: nobody needs another
            : policy;
    }

    // The store ends with its failure: all other waiting calls fail with store.gone, and the failed work is answered
    // last. To drop
    // paused guests and to free a large memory takes milliseconds, which the next call whose deadline has come does
    // not wait for.
    private void EndStore(CallFrame frame, WasmException failure)
    {
        parts.Cell.MarkGone($"its guest {(failure.IsInterruption ? "was interrupted" : "failed")} ({failure.Code})");
        var work = EndTop(frame, failure);
        FailAll(parts.Cell.Gone());
        work.FailWith(failure);
        parts.Making.Report(SupervisionAction.Stop, failure.Code, GuestText.MessageOf(failure), null);
        parts.Life.End();
        var leaving = new LeavingStore(parts.Self);
        if (!Turn.TryLeave(leaving))
        {
            parts.Self.Tell(leaving);
        }
    }

    // Everything that was sent before this message is answered first, and the command that broke the store last. Then
    // the actor
    // throws and restarts. So a caller that reads the failure and calls again finds the fresh store.
    private void Break(CallFrame? frame, Exception reason, WasmException failure)
    {
        BrokenBy = reason;
        _lastFailure = failure;
        if (frame is not null)
        {
            _breaking = EndTop(frame, failure);
        }

        parts.Queue.FailAll(Lost(reason));
        while (parts.Stack.Top is { } outer)
        {
            EndTop(outer, failure).FailWith(Lost(reason));
        }

        parts.Self.Tell(QueueAnswered.Instance);
    }

    // Not if a guest that broke the store nests in it, to which nothing can return: both end with the store.
    private bool TryDrop(GuestCall call, WasmException failure)
    {
        try
        {
            call.Drop(failure);
            return true;
        }
        catch (WasmError) when (IsBroken)
        {
            return false;
        }
    }

    // Once: the request may serve another call after its answer.
    private void AnswerBreaking(WasmException failure)
    {
        if (_breaking is { } breaking)
        {
            _breaking = null;
            breaking.FailWith(failure);
        }
    }

    /// <summary>Says that everything that was sent before the store broke has been answered.</summary>
    internal sealed class QueueAnswered
    {
        internal static QueueAnswered Instance { get; } = new();
    }
}
