using Akka.Actor;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Watches deadlines and cancellations of work whose guest is paused, and the deadline of a command that came
/// as a message.</summary>
internal sealed class PausedDeadlines(StoreParts parts)
{
    private AskedWatch? _asked;
    private ICancelable? _timer;

    /// <summary>Has the sweeper answer a command that came as a message, if its guest does not return by the
    /// deadline.</summary>
    internal void Watch(AskedCommand asked)
    {
        if (asked.Command is Call or CallBatch or RunCommand or Instantiate or InstantiateInOrder
            && (parts.Runner.Starter.DeadlineOf(asked) ?? parts.Session.Store.DefaultDeadline())
                is var deadline and not long.MaxValue)
        {
            (_asked ??= new AskedWatch(parts.Cell)).Begin(asked, deadline);
        }
    }

    /// <summary>Notes the first pause of a guest. From then on its own clock is not alone in watching its
    /// deadline.</summary>
    internal void NotePause(CallFrame frame)
    {
        if (frame.PausedSince == 0)
        {
            frame.PausedSince = parts.Cell.Now;
            WatchTime(frame);
        }
    }

    /// <summary>Schedules a look at a paused guest: by the sweeper for requests, by a timer for commands that came as
    /// messages.</summary>
    internal void WatchTime(CallFrame frame)
    {
        long due = frame.IsWaiting ? frame.Wait.Deadline : frame.Call?.Deadline ?? long.MaxValue;
        if (frame.Work is StoreRequest request)
        {
            request.AttendAt(due);
        }
        else
        {
            _timer?.Cancel();
            _timer = parts.Cell.Left(due) is { } left
                ? parts.Context.System.Scheduler.ScheduleTellOnceCancelable(
                    left + TimeSpan.FromMilliseconds(1), parts.Self, Attend.Instance, ActorRefs.NoSender)
                : null;
        }
    }

    /// <summary>Ends what is cancelled or late. Asked for by a cancellation, by the sweeper, or by the timer.</summary>
    internal void OnAttend()
    {
        parts.Cell.AttentionPaid();
        if (!HasWork)
        {
            return;
        }

        using var _ = parts.Session.Store.Enter();
        while (HasWork && AttendToOne())
        {
            // Several may be due at once, and each asked only once.
        }

        if (parts.Cell.TryReadClock(out long _))
        {
            for (var frame = parts.Stack.Top; frame is not null; frame = frame.Outer)
            {
                WatchTime(frame); // the look came too early, or for another frame
            }
        }

        parts.Runner.Advance();
    }

    /// <summary>Cancels the timer.</summary>
    internal void Cancel() => _timer?.Cancel();

    private bool HasWork => parts.Stack.Top is not null && !parts.Failures.IsBroken && parts.Life.Session is not null;

    // Ends what is cancelled, what is late, or a wait. Returns false if nothing is due.
    private bool AttendToOne()
    {
        if (parts.Stack.Outermost(static f => f.Work is StoreRequest { Interruption: not null }) is { } cancelled)
        {
            parts.Failures.Interrupt(
                cancelled, ErrorCode.Cancelled, "The call was cancelled while its guest was paused");
        }
        else if (!parts.Cell.TryReadClock(out long now))
        {
            return false;
        }
        else if (parts.Stack.Outermost(f => now >= (f.Call?.Deadline ?? long.MaxValue)) is { } late)
        {
            parts.Failures.Interrupt(
                late, ErrorCode.DeadlineExceeded, "The call's deadline came while its guest was paused");
        }
        else if (parts.Stack.Outermost(f => f.IsWaiting && f.Wait.IsAsleep && now >= f.Wait.Deadline) is { } sleeper)
        {
            sleeper.Answered();
            WatchTime(sleeper);
        }
        else if (parts.Stack.Outermost(f => f.IsWaiting && now >= f.Wait.Deadline) is { } waiting)
        {
            parts.Imports.OnAnswer(waiting.Wait.Import, null, new WasmError(
                ErrorCode.ImportDeadlineExceeded,
                $"'{waiting.Call!.Import!.Func.ShownName}' was not answered within "
                + $"{waiting.Wait.Server!.Within.TotalSeconds:0.###} s."));
        }
        else
        {
            return false;
        }

        return true;
    }
}
