using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Executes what the answering side of an import asks of the instance whose guest waits, one request at a
/// time.</summary>
internal sealed class CallerDesk(StoreParts parts)
{
    /// <summary>Takes a request for a waiting instance.</summary>
    internal void Take(StoreRequest request)
    {
        if (parts.Intake.AdmissionError() is { } error && !parts.Life.IsStopping)
        {
            WorkIntake.Reject(request, error);
        }
        else if (parts.Stack.Waiting(((ICallerRequest)request).Import) is not { } frame)
        {
            WorkIntake.Reject(request, CallerGone());
        }
        else if (parts.Stack.Top != frame)
        {
            frame.CallerQueue.Enqueue(request); // a nested call is under way
        }
        else
        {
            using var _ = parts.Session.Store.Enter();
            Serve(frame, request);
            parts.Runner.Advance();
        }
    }

    /// <summary>Executes the requests that were queued while a nested call was under way.</summary>
    internal void ServeNext()
    {
        while (parts.Stack.Top is { IsWaiting: true, HasCallerQueue: true } waiting)
        {
            Serve(waiting, waiting.CallerQueue.Dequeue());
        }
    }

    /// <summary>Fails the requests that are queued for a guest that no longer waits.</summary>
    internal static void FailAll(CallFrame frame)
    {
        while (frame.HasCallerQueue)
        {
            WorkIntake.Reject(frame.CallerQueue.Dequeue(), CallerGone());
        }
    }

    /// <summary>Returns the error for requests to a guest that no longer waits.</summary>
    internal static WasmError CallerGone() => new(
        ErrorCode.CallerGone,
        "The caller is valid until its import is answered, its call fails, or is given up: "
        + "ask for what you need before.");

    private void Serve(CallFrame frame, StoreRequest request)
    {
        if (!request.TryTake())
        {
            return;
        }

        try
        {
            var caller = frame.Call!.Import!.Caller;
            if (request is CallerCallRequest call)
            {
                call.Target = caller.GetFunc(call.Export);
                var nested = parts.Stack.Nest(call);
                nested.Deadline = call.Deadline;
                nested.Call = call.Begin(parts.Session);
                call.Record?.Describe(nested.Number, call.Export);
                WorkStarter.SetLimits(nested);
                parts.Stack.Push(nested);
            }
            else
            {
                var use = (ICallerUse)request;
                var item = use.Export is { } name ? parts.Session.Name(caller.GetItem(name, null)) : default;
                use.Reply(parts.Runner.Execute(use.CommandFor(item)));
            }
        }
        catch (WasmException rejected)
        {
            request.Fail(rejected);
        }
    }
}
