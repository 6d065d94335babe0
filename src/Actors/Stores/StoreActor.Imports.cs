using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Stores;

// Guests that wait for an import: asking its server, and carrying out what that asks of the waiting instance.
internal sealed partial class StoreActor
{
    private readonly HashSet<IActorRef> _servers = [];
    private ICancelable? _timer;

    private void OnParked(CallFrame frame, GuestCall call)
    {
        var import = call.Import!;
        var server = import.Func.Server as ImportServer;
        if (server is null && import.WakesAt is null)
        {
            import.Fail(new WasmError(ErrorCode.MissingImport, $"Nobody answers '{import.Func.ShownName}': bind it with ImportMap.Serve."));
            return;
        }

        if (_cell.Host.TryPark() is { } refusal)
        {
            refusal.Origin = FailureOrigin.Import; // the guest has run
            import.Fail(refusal);
            return;
        }

        if (server is null)
        {
            BeginWait(frame, call, null, import.WakesAt!.Value);
            return;
        }

        long deadline = BeginWait(frame, call, server, server.Within == Timeout.InfiniteTimeSpan ? long.MaxValue : _cell.After(server.Within));
        var func = import.Func;
        var arguments = func.Type.IsNumeric ? import.Arguments : [.. import.Arguments.Select(value => Session.Out(value))];
        var caller = new CallerRef(Handle, frame.Import, frame.Chain(_cell), deadline);
        using var flow = CallMetrics.HasFollowed ? FollowParked(frame, caller.Chain, server) : default;
        switch (server)
        {
            case ImportServer.ToActor to:
                if (_servers.Add(to.Actor))
                {
                    Context.Watch(to.Actor);
                }

                to.Actor.Tell(new ImportCall(frame.Import, func.Module, func.Name, func.Type, arguments, caller), Self);
                break;
            case ImportServer.ToGuest to:
                GuestAnswer.Ask(to.Function, arguments, frame.Import, caller, Self);
                break;
            case ImportServer.ToDelegate to:
                Turn.Owe(new DelegateAnswer(to.Thunk, arguments, frame.Import, caller, Self));
                break;
        }
    }

    // The answer is when it is to end at the latest.
    private long BeginWait(CallFrame frame, GuestCall call, ImportServer? server, long end)
    {
        long now = _cell.Now;
        long deadline = Math.Min(call.Deadline ?? long.MaxValue, end);
        frame.Wait(server, deadline, now, _cell.Host);
        frame.PausedSince = frame.PausedSince == 0 ? now : frame.PausedSince;
        WatchTime(frame);
        return deadline;
    }

    // Deadlines of requests are watched by the sweeper; commands that came as messages, and so are many things already, get a timer.
    private void WatchTime(CallFrame frame)
    {
        long due = frame.IsWaiting ? frame.ImportDeadline : frame.Call?.Deadline ?? long.MaxValue;
        if (frame.Work is StoreRequest request)
        {
            request.AttendAt(due);
        }
        else
        {
            _timer?.Cancel();
            _timer = _cell.Left(due) is { } left
                ? Context.System.Scheduler.ScheduleTellOnceCancelable(left + TimeSpan.FromMilliseconds(1), Self, Attend.Instance, ActorRefs.NoSender)
                : null;
        }
    }

    private void OnAnswer(ImportId id, IReadOnlyList<Val>? results, WasmException? failure)
    {
        if (_session is null || _brokenBy is not null || Waiting(id) is not { } frame)
        {
            return; // too late, or a second answer
        }

        using var _ = Session.Store.Enter();
        if (failure is not null && frame.Call!.Deadline is { } due && _cell.TryReadClock(out long now) && now >= due)
        {
            // What was called for the answer has the call's own time, and so ended with it.
            Interrupt(frame, ErrorCode.DeadlineExceeded, "The call's deadline came while its guest was paused");
            Advance();
            return;
        }

        DropAbove(frame, CallerGone());
        FailCallers(frame);
        frame.Answered();
        WatchTime(frame);
        var import = frame.Call!.Import!;
        string? code = failure?.Code;
        try
        {
            if (failure is not null)
            {
                import.Fail(failure);
            }
            else
            {
                import.Return(import.Func.Type.IsNumeric && results is Val[] plain ? plain : [.. results!.Select(value => Session.In(value))]);
            }
        }
        catch (WasmException refused)
        {
            import.Fail(refused);
            code = refused.Code;
        }
        catch (Exception broken)
        {
            // The server's own list of results is missing, or throws.
            import.Fail(new WasmError(
                ErrorCode.HostBadResult,
                $"'{GuestText.Clean(import.Func.FullName, GuestText.NameLimit)}' was answered with results that cannot be read: {broken.GetType().Name}: {GuestText.MessageOf(broken)}",
                broken));
        }

        frame.Work.Record?.Answered(code);
        Advance();
    }

    private CallFrame? Waiting(ImportId id)
    {
        for (var frame = _top; frame is not null; frame = frame.Outer)
        {
            if (frame.IsWaiting && frame.Import == id)
            {
                return frame;
            }
        }

        return null;
    }

    private void OnServerGone(IActorRef server)
    {
        _servers.Remove(server);
        if (Outermost(a => a.Server is ImportServer.ToActor to && to.Actor.Equals(server)) is { } waiting)
        {
            OnAnswer(waiting.Import, null, new WasmError(
                ErrorCode.ImportServerGone,
                $"The actor that answers '{waiting.Call!.Import!.Func.ShownName}' has ended: {server.Path}."));
        }
    }

    private void TakeForCaller(StoreRequest request)
    {
        var wanted = ((ICallerRequest)request).Import;
        if (Refusal() is { } refusal && !IsStopping)
        {
            Refuse(request, refusal);
        }
        else if (Waiting(wanted) is not { } frame)
        {
            Refuse(request, CallerGone());
        }
        else if (_top != frame)
        {
            frame.CallerQueue.Enqueue(request); // one at a time: a nested call is under way
        }
        else
        {
            using var _ = Session.Store.Enter();
            Serve(frame, request);
            Advance();
        }
    }

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
                var nested = new CallFrame();
                nested.Begin(call, ++_calls, frame);
                nested.Deadline = call.Deadline;
                nested.Call = call.Begin(Session);
                call.Record?.Describe(nested.Number, call.Export);
                SetLimits(nested);
                _top = nested;
            }
            else
            {
                var use = (ICallerUse)request;
                var item = use.Export is { } name ? Session.Name(caller.GetItem(name, null)) : default;
                use.Reply(Carry(use.CommandFor(item)));
            }
        }
        catch (WasmException refused)
        {
            request.Fail(refused);
        }
    }

    // A nested call has ended: what its guest's answering side asked for meanwhile is carried out.
    private void AfterNested()
    {
        while (_top is { IsWaiting: true, HasCallerQueue: true } waiting)
        {
            Serve(waiting, waiting.CallerQueue.Dequeue());
        }
    }

    private static void FailCallers(CallFrame frame)
    {
        while (frame.HasCallerQueue)
        {
            Refuse(frame.CallerQueue.Dequeue(), CallerGone());
        }
    }

    private static void Refuse(StoreRequest request, WasmError refusal)
    {
        if (request.TryTake())
        {
            CountRefusal(request.Record, refusal.Code);
            request.Fail(refusal);
        }
    }

    private static WasmError CallerGone() =>
        new(ErrorCode.CallerGone, "The caller is valid until its import is answered, its call fails, or is given up: ask for what you need before.");
}
