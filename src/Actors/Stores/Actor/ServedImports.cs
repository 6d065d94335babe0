using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Stores.Actor;

/// <summary>Asks the servers of imports that guests wait for, and resumes the guests with the answers.</summary>
internal sealed class ServedImports(StoreParts parts)
{
    private HashSet<IActorRef>? _watched;

    /// <summary>Serves the answering side of an import while the guest waits.</summary>
    internal CallerDesk Callers { get; } = new(parts);

    /// <summary>Asks the server of an import that a guest has called.</summary>
    internal void OnParked(CallFrame frame, GuestCall call)
    {
        var import = call.Import!;
        var server = import.Func.Server as ImportServer;
        if (server is null && import.WakesAt is null)
        {
            import.Fail(new WasmError(
                ErrorCode.MissingImport,
                $"Nobody answers '{import.Func.ShownName}': bind it with ImportMap.Serve."));
            return;
        }

        if (parts.Cell.Host.TryPark() is { } refusal)
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

        bool isEndless = server.Within == Timeout.InfiniteTimeSpan;
        long deadline = BeginWait(frame, call, server, isEndless ? long.MaxValue : parts.Cell.After(server.Within));
        var func = import.Func;
        var arguments = func.Type.IsNumeric
            ? import.Arguments
            : [.. import.Arguments.Select(value => parts.Session.Out(value))];
        var id = frame.Wait.Import;
        var caller = new CallerRef(parts.Reports.Handle, id, frame.Chain(parts.Cell), deadline);
        using var flow = CallMetrics.HasFollowed ? FollowParked(frame, caller.Chain, server) : default;
        switch (server)
        {
            case ImportServer.ToActor to:
                if ((_watched ??= []).Add(to.Actor))
                {
                    parts.Context.Watch(to.Actor);
                }

                to.Actor.Tell(new ImportCall(id, func.Module, func.Name, func.Type, arguments, caller), parts.Self);
                break;
            case ImportServer.ToGuest to:
                GuestAnswer.Ask(to.Function, arguments, id, caller, parts.Self);
                break;
            case ImportServer.ToDelegate to:
                Turn.Owe(new DelegateAnswer(to.Thunk, arguments, id, caller, parts.Self));
                break;
        }
    }

    /// <summary>Resumes a guest with the failure that its import was answered with.</summary>
    internal void OnAnswer(ImportTrapped trapped) => OnAnswer(trapped.Id, null, FailureOf(trapped));

    /// <summary>Resumes a guest with its import's results or failure. Drops a late or second answer.</summary>
    internal void OnAnswer(ImportId id, IReadOnlyList<Val>? results, WasmException? failure)
    {
        if (parts.Life.Session is not { } session || parts.Failures.IsBroken
            || parts.Stack.Waiting(id) is not { } frame)
        {
            return;
        }

        using var _ = session.Store.Enter();
        if (failure is not null && frame.Call!.Deadline is { } due
            && parts.Cell.TryReadClock(out long now) && now >= due)
        {
            // Calls made for the answer have the call's own deadline, and so ended with it.
            parts.Failures.Interrupt(
                frame, ErrorCode.DeadlineExceeded, "The call's deadline came while its guest was paused");
            parts.Runner.Advance();
            return;
        }

        parts.Failures.DropAbove(frame, CallerDesk.CallerGone());
        CallerDesk.FailAll(frame);
        frame.Answered();
        parts.Deadlines.WatchTime(frame);
        string? code = Give(frame.Call!.Import!, session, results, failure);
        frame.Work.Record?.Answered(code);
        parts.Runner.Advance();
    }

    /// <summary>Fails the guest that waits for an actor that has ended.</summary>
    internal void OnServerGone(IActorRef server)
    {
        _watched?.Remove(server);
        if (parts.Stack.Outermost(f =>
            f.IsWaiting && f.Wait.Server is ImportServer.ToActor to && to.Actor.Equals(server)) is { } waiting)
        {
            OnAnswer(waiting.Wait.Import, null, new WasmError(
                ErrorCode.ImportServerGone,
                $"The actor that answers '{waiting.Call!.Import!.Func.ShownName}' has ended: {server.Path}."));
        }
    }

    // Returns the code of the failure that the guest gets; null for results.
    private static string? Give(
        ParkedImport import,
        StoreSession session,
        IReadOnlyList<Val>? results,
        WasmException? failure)
    {
        try
        {
            if (failure is not null)
            {
                import.Fail(failure);
            }
            else
            {
                bool isPlain = import.Func.Type.IsNumeric && results is Val[];
                import.Return(isPlain ? (Val[])results! : [.. results!.Select(value => session.In(value))]);
            }

            return failure?.Code;
        }
        catch (WasmException rejected)
        {
            import.Fail(rejected);
            return rejected.Code;
        }
        catch (Exception broken)
        {
            // The server's own list of results is missing, or throws.
            import.Fail(new WasmError(
                ErrorCode.HostBadResult,
                $"'{GuestText.Clean(import.Func.FullName, GuestText.NameLimit)}' was answered with results "
                + $"that cannot be read: {broken.GetType().Name}: {GuestText.MessageOf(broken)}",
                broken));
            return failure?.Code;
        }
    }

    // Returns the timestamp by which the wait ends.
    private long BeginWait(CallFrame frame, GuestCall call, ImportServer? server, long end)
    {
        long now = parts.Cell.Now;
        long deadline = Math.Min(call.Deadline ?? long.MaxValue, end);
        frame.Wait.Begin(frame.Number, server, deadline, now, parts.Cell.Host);
        frame.PausedSince = frame.PausedSince == 0 ? now : frame.PausedSince;
        parts.Deadlines.WatchTime(frame);
        return deadline;
    }

    // What the server is asked belongs to the import's span, which travels with the chain.
    private static Flow FollowParked(CallFrame frame, CallChain chain, ImportServer server)
    {
        if (frame.Work.Record is not { } record)
        {
            return default;
        }

        record.Parked(frame.Call!.Import!.Func.FullName, server.Kind);
        var ambient = record.ImportAmbient;
        chain.Trace = ambient?.Context ?? default;
        return Flow.With(ambient);
    }

    private static WasmException FailureOf(ImportTrapped trapped)
    {
        try
        {
            return trapped.Failure?.ToException()
                ?? new WasmError(ErrorCode.HostBadResult, "An import was answered with no failure at all.");
        }
        catch (Exception unreadable)
        {
            return new WasmError(
                ErrorCode.HostBadResult,
                "An import was answered with a failure that cannot be read: "
                + $"{unreadable.GetType().Name}: {GuestText.MessageOf(unreadable)}",
                unreadable);
        }
    }
}
