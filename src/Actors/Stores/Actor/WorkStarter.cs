using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Starts work: checks it, gives it its limits, and prepares its guest or executes it. The store has been
/// entered.</summary>
internal sealed class WorkStarter(StoreParts parts)
{
    /// <summary>Starts work on an idle store.</summary>
    internal void Start(StoreWork work)
    {
        if (work is AskedCommand asked)
        {
            parts.Deadlines.Watch(asked);
        }

        var frame = parts.Stack.Push(work);
        if (CallMetrics.HasFollowed && work.Record is { IsSampled: true } record)
        {
            parts.Reports.Describe(record, work);
        }

        try
        {
            if (AdmissionError(work) is { } error)
            {
                parts.Runner.FailTop(frame, error);
                return;
            }

            frame.Deadline = DeadlineOf(work);
            Begin(frame, work);
        }
        catch (WasmException rejected)
        {
            parts.Runner.FailTop(frame, rejected);
        }
        catch (ArgumentException rejected)
        {
            parts.Runner.FailTop(frame, new WasmError(ErrorCode.BadArguments, rejected.Message, rejected));
        }
        catch (Exception bug)
        {
            parts.Failures.OnBug(bug);
        }
    }

    /// <summary>Returns the timestamp by which work must be done; null for the store's limit.</summary>
    internal long? DeadlineOf(StoreWork work) => work is StoreRequest request ? request.Deadline
        : work.Command?.Within is { } within
            ? Math.Min(parts.Cell.Engine.EpochClock.After(within), parts.Session.Store.DefaultDeadline())
        : null;

    /// <summary>Gives a guest the deadline and the cancellation of its work.</summary>
    internal static void SetLimits(CallFrame frame)
    {
        var call = frame.Call!;
        call.Signal = frame.Work as StoreRequest;
        call.Deadline = frame.Deadline;
    }

    private WasmError? AdmissionError(StoreWork work)
    {
        if (work is StoreRequest { IsTooLate: true })
        {
            return StoreRequest.TooLate();
        }

        if (work.Command is not { } command)
        {
            return null;
        }

        return CommandCheck.Flaw(command)
            ?? (command is Instantiate or InstantiateInOrder
                && parts.Cell.Host.TryInstantiate(parts.Cell.Engine.Settings) is { } full
                && work is not ReplayedStep ? full : null);
    }

    private void Begin(CallFrame frame, StoreWork work)
    {
        switch (work.Command)
        {
            case null:
                frame.Call = ((IGuestWork)work).Begin(parts.Session);
                break;
            case CallBatch batch:
                frame.Batch = new BatchProgress(batch);
                BeginNextOfBatch(frame);
                return;
            case { } command when parts.Session.Begin(command) is { } call:
                frame.Call = call;
                break;
            case GetStatus:
                parts.Stack.Pop(frame); // the command is not itself what the store is doing
                frame.End().Answer(StatusReader.Read(parts));
                return;
            case { } command:
                object reply = parts.Session.Execute(command);
                parts.Reports.Measure();
                parts.Runner.Finish(frame, reply);
                parts.Recipe.Add(command, work is ReplayedStep);
                return;
        }

        SetLimits(frame);
    }

    /// <summary>Begins the next call of a batch, or answers the batch after its last.</summary>
    internal void BeginNextOfBatch(CallFrame frame)
    {
        while (frame.Batch is { } batch)
        {
            if (!batch.MoveNext())
            {
                parts.Runner.Finish(frame, new BatchReturned(batch.Replies));
                return;
            }

            try
            {
                frame.Call = parts.Session.Begin(batch.Current)!;
                SetLimits(frame);
                return;
            }
            catch (WasmException rejected)
            {
                batch.Add(new Failed(WasmFailure.From(rejected)));
            }
        }
    }
}
