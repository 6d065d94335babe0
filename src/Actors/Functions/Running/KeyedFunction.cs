using Akka.Actor;
using Akka.Cluster.Sharding;
using WasmActors.Actors.Functions.Calls;
using WasmActors.Actors.Functions.Catalogue;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using static WasmActors.Actors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Actors.Functions.Running;

/// <summary>
/// One key of a keyed function: its store while it is in use, and the calls that wait for it. Carries out one call after the other,
/// passivates itself when idle, and answers <c>call.moved</c> for what it has not begun when it must go to another node.
/// </summary>
internal sealed class KeyedFunction : UntypedActor, IWithTimers, IDisposable
{
    private readonly FunctionRuntime _runtime;
    private readonly string _name;
    private readonly string _key;
    private readonly Queue<Waiting> _queue = new();
    private readonly CancellationTokenSource _graceOver = new();

    private FunctionSession? _session;
    private long _lastUse;
    private bool _busy;
    private bool _stopping;

    public KeyedFunction(FunctionRuntime runtime, string entityId)
    {
        _runtime = runtime;
        (_name, _key) = FunctionEntity.Split(entityId);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _lastUse = _runtime.Clock.GetTimestamp();
        LookForIdleAfter(IdleTime());
    }

    protected override void PostStop()
    {
        // Only where it is stopped in another way than by StopEntity, with its system.
        MoveWaiting();
        _graceOver.Cancel();
        DropSession();
        Dispose();
    }

    public void Dispose() => _graceOver.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Invoke call:
                Take(call);
                break;
            case Ended ended:
                OnEnded(ended);
                break;
            case LookForIdle:
                OnLookForIdle();
                break;
            case StopEntity:
                OnStop();
                break;
            case GraceOver:
                _graceOver.Cancel();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(Invoke call)
    {
        if (_stopping)
        {
            Sender.Tell(new Failed(call.Id, s_moved));
            return;
        }

        _lastUse = _runtime.Clock.GetTimestamp();
        if (!_runtime.Catalogue.Knows(call.Revision))
        {
            _ = CatalogueWait.DeliverAsync(_runtime, call, Sender, Self);
            return;
        }

        try
        {
            var spec = _runtime.Catalogue.Active(_name).Spec;
            Inputs.Check(spec, _key, call.Export, call.Input);
            if (_busy && _queue.Count >= spec.Limits.QueueLimit)
            {
                throw new WasmError(ErrorCode.Busy, $"{_queue.Count} calls wait for this key of '{_name}', the function's limit: send fewer at once, or try again later.");
            }

            _queue.Enqueue(new Waiting(call, Sender, call.Time.AtMost(spec.Limits.Deadline), _runtime.Clock.GetTimestamp()));
        }
        catch (WasmError refused)
        {
            Sender.Tell(new Failed(call.Id, WasmFailure.From(refused)));
            return;
        }

        StartNext();
    }

    private void StartNext()
    {
        while (!_busy && _queue.TryDequeue(out var next))
        {
            if (next.Time.IsOver)
            {
                next.Caller.Tell(new Failed(next.Call.Id, WasmFailure.From(CallTime.Over("it waited on its way or for the calls before it: it did not run"))));
            }
            else if (_runtime.Catalogue.Find(_name) is not { ActiveVersion.Spec.Kind: FunctionKind.Keyed } entry)
            {
                next.Caller.Tell(new Failed(next.Call.Id, WasmFailure.From(CatalogueState.Unknown(_name))));
            }
            else
            {
                _busy = true;
                _ = CarryAsync(Usable(entry), entry, next, Self, _graceOver.Token);
            }
        }
    }

    // The session, if its version may go on.
    private FunctionSession? Usable(FunctionEntry entry)
    {
        if (_session is { } session && (session.IsOver || session.Entry.Revision < entry.ChangeOver))
        {
            DropSession();
        }

        return _session;
    }

    // Not on the actor's turn. Answers the caller, always, and then tells the actor.
    private async Task CarryAsync(FunctionSession? session, FunctionEntry entry, Waiting next, IActorRef self, CancellationToken graceOver)
    {
        object answer;
        var (call, caller, time, came) = next;
        int version = (session?.Version ?? entry.ActiveVersion!).Number;
        var stages = new CallStages(_runtime.Clock, came);
        stages.Turn();
        try
        {
            bool isNew = session is null;
            session ??= await FunctionSession.StartAsync(_runtime, entry, call.Input, time, graceOver).ConfigureAwait(false);
            stages.Started(isNew);
            var output = await session.CallAsync(_runtime, call.Export, call.Input, time, graceOver).ConfigureAwait(false);
            answer = new Answered(call.Id, new FunctionAnswer(output, Details()));
        }
        catch (WasmException failure)
        {
            answer = new Failed(call.Id, WasmFailure.From(failure)) { Details = Details() };
        }
        catch (OperationCanceledException)
        {
            answer = new Failed(call.Id, new WasmFailure(ErrorCode.Cancelled, "The node stops, and the call's grace time is over."));
        }
        catch (Exception bug)
        {
            _runtime.Options.Logger.Error(bug, "A call of {Function} with the key {Key} failed in the host", _name, _key);
            answer = new Failed(call.Id, new WasmFailure(ErrorCode.EngineError, $"The host failed: {bug.GetType().Name}: {bug.Message}"));
        }

        caller.Tell(answer, self);
        self.Tell(new Ended(session), self);

        CallDetails Details() => new(version, stages.Timing(), Replayed: false);
    }

    private void OnEnded(Ended ended)
    {
        _busy = false;
        _lastUse = _runtime.Clock.GetTimestamp();
        _session = ended.Session;
        if (_session is { IsOver: true })
        {
            DropSession();
        }

        if (_stopping)
        {
            Context.Stop(Self);
        }
        else
        {
            StartNext();
        }
    }

    // One timer that is set anew only when it has run out: calls need not touch it.
    private void OnLookForIdle()
    {
        var rest = IdleTime() - _runtime.Clock.GetElapsedTime(_lastUse);
        if (_busy || _queue.Count > 0 || rest > TimeSpan.Zero)
        {
            LookForIdleAfter(rest);
        }
        else
        {
            Context.Parent.Tell(new Passivate(StopEntity.Instance));
        }
    }

    private void LookForIdleAfter(TimeSpan time) =>
        Timers.StartSingleTimer(nameof(LookForIdle), LookForIdle.Instance, time > s_shortest ? time : s_shortest);

    private TimeSpan IdleTime() =>
        (_session?.Version ?? _runtime.Catalogue.Find(_name)?.ActiveVersion)?.Spec.Limits.IdleAfter ?? s_shortest;

    private void OnStop()
    {
        _stopping = true;
        MoveWaiting();
        if (!_busy)
        {
            Context.Stop(Self);
            return;
        }

        Timers.StartSingleTimer(nameof(GraceOver), GraceOver.Instance, _runtime.Options.Grace);
    }

    private void MoveWaiting()
    {
        while (_queue.TryDequeue(out var waiting))
        {
            waiting.Caller.Tell(new Failed(waiting.Call.Id, s_moved));
        }
    }

    private void DropSession()
    {
        if (_session is { } session)
        {
            _ = session.StopAsync().AsTask(); // answers when the store has gone; nobody waits for that
        }

        _session = null;
    }

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(10);

    private static readonly WasmFailure s_moved =
        new(FunctionErrorCode.Moved, "The key's store goes to another node or was idle: the call was not begun there. Send it again.");

    /// <summary>A call that waits for its turn, and when it came.</summary>
    private sealed record Waiting(Invoke Call, IActorRef Caller, CallTime Time, long Came);

    private sealed record Ended(FunctionSession? Session) : INoSerializationVerificationNeeded;

    private sealed class LookForIdle : INoSerializationVerificationNeeded
    {
        internal static LookForIdle Instance { get; } = new();
    }

    private sealed class GraceOver : INoSerializationVerificationNeeded
    {
        internal static GraceOver Instance { get; } = new();
    }
}
