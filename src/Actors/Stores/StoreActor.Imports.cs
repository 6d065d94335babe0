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

    private void OnParked(Activity activity, GuestCall call)
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
            BeginWait(activity, call, null, import.WakesAt!.Value);
            return;
        }

        long deadline = BeginWait(activity, call, server, server.Within == Timeout.InfiniteTimeSpan ? long.MaxValue : _cell.After(server.Within));
        var func = import.Func;
        var arguments = func.Type.IsNumeric ? import.Arguments : [.. import.Arguments.Select(value => Session.Out(value))];
        var caller = new CallerRef(Handle, activity.Import, activity.Chain(_cell), deadline);
        using var flow = CallMetrics.HasFollowed ? FollowParked(activity, caller.Chain, server) : default;
        switch (server)
        {
            case ImportServer.ToActor to:
                if (_servers.Add(to.Actor))
                {
                    Context.Watch(to.Actor);
                }

                to.Actor.Tell(new ImportCall(activity.Import, func.Module, func.Name, func.Type, arguments, caller), Self);
                break;
            case ImportServer.ToGuest to:
                GuestAnswer.Ask(to.Function, arguments, activity.Import, caller, Self);
                break;
            case ImportServer.ToDelegate to:
                Turn.Owe(new DelegateAnswer(to.Thunk, arguments, activity.Import, caller, Self));
                break;
        }
    }

    // The answer is when it is to end at the latest.
    private long BeginWait(Activity activity, GuestCall call, ImportServer? server, long end)
    {
        long now = _cell.Now;
        long deadline = Math.Min(call.Deadline ?? long.MaxValue, end);
        activity.Wait(server, deadline, now, _cell.Host);
        activity.PausedSince = activity.PausedSince == 0 ? now : activity.PausedSince;
        WatchTime(activity);
        return deadline;
    }

    // Deadlines of requests are watched by the sweeper; commands that came as messages, and so are many things already, get a timer.
    private void WatchTime(Activity activity)
    {
        long due = activity.IsWaiting ? activity.ImportDeadline : activity.Call?.Deadline ?? long.MaxValue;
        if (activity.Work.Request is { } request)
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
        if (_session is null || _brokenBy is not null || Waiting(id) is not { } activity)
        {
            return; // too late, or a second answer
        }

        using var _ = Session.Store.Enter();
        if (failure is not null && activity.Call!.Deadline is { } due && _cell.TryReadClock(out long now) && now >= due)
        {
            // What was called for the answer has the call's own time, and so ended with it.
            Interrupt(activity, ErrorCode.DeadlineExceeded, "The call's deadline came while its guest was paused");
            Advance();
            return;
        }

        DropAbove(activity, CallerGone());
        FailCallers(activity);
        activity.Answered();
        WatchTime(activity);
        var import = activity.Call!.Import!;
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

        activity.Record?.Answered(code);
        Advance();
    }

    private Activity? Waiting(ImportId id)
    {
        for (var activity = _top; activity is not null; activity = activity.Outer)
        {
            if (activity.IsWaiting && activity.Import == id)
            {
                return activity;
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
        else if (Waiting(wanted) is not { } activity)
        {
            Refuse(request, CallerGone());
        }
        else if (_top != activity)
        {
            activity.CallerQueue.Enqueue(request); // one at a time: a nested call is under way
        }
        else
        {
            using var _ = Session.Store.Enter();
            Serve(activity, request);
            Advance();
        }
    }

    private void Serve(Activity activity, StoreRequest request)
    {
        if (!request.TryTake())
        {
            return;
        }

        var wanted = (ICallerRequest)request;
        try
        {
            var caller = activity.Call!.Import!.Caller;
            if (request is CallerCallRequest call)
            {
                call.Target = caller.GetFunc(wanted.Export!);
                var nested = new Activity();
                nested.Begin(new Work(request, null, ActorRefs.NoSender, null), ++_calls, activity);
                nested.Deadline = request.Deadline;
                nested.Call = request.Begin(Session);
                request.Record?.Describe(nested.Number, wanted.Export!);
                SetLimits(nested);
                _top = nested;
            }
            else
            {
                var item = wanted.Export is { } name ? Session.Name(caller.GetItem(name, null)) : default;
                request.Reply(Carry(wanted.CommandFor(item)!));
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

    private static void FailCallers(Activity activity)
    {
        while (activity.HasCallerQueue)
        {
            Refuse(activity.CallerQueue.Dequeue(), CallerGone());
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
