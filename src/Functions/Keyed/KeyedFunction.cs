using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Idempotency;
using WasmActors.Functions.Passivation;
using WasmActors.Functions.Placement;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Telemetry;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Keyed;

/// <summary>
/// One key of a keyed function: its store while it is in use, and the calls that wait for it. Carries out one call
/// after the other, passivates itself when idle, and answers <c>call.moved</c> for what it has not begun when it must
/// go to another node.
/// </summary>
internal sealed partial class KeyedFunction : UntypedActor
{
    private readonly FunctionRuntime _runtime;
    private readonly string _name;
    private readonly string _key;
    private readonly Queue<KeyedCall> _queue = new();
    private CancellationTokenSource? _graceOver;
    private FunctionSession? _session;
    private RememberedCalls? _remembered;
    private bool _busy;
    private bool _stopping;

    public KeyedFunction(FunctionRuntime runtime, string entityId)
    {
        _runtime = runtime;
        (_name, _key) = FunctionEntity.Split(entityId);
        _place = new RestingKey(Self);
    }

    protected override void PreStart() => Rest();

    protected override void PostStop()
    {
        // Only where it is stopped in another way than by StopEntity, with its system.
        _stopping = true;
        _look?.Cancel();
        MoveWaiting();
        _graceOver?.Cancel();
        _runtime.Keys.Wake(_place);
        if (_session is null)
        {
            _runtime.Keys.Stays(_place);
        }

        DropSession();
        _remembered?.Clear();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Invoke call:
                Take(call);
                break;
            case KeyedCall.Ended ended:
                OnEnded(ended);
                break;
            case LookForOver:
                OnLookForOver();
                break;
            case LiveKeys.Leave:
                OnLeave();
                break;
            case StopEntity:
                OnStop();
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

        if (!_runtime.Lease.Holds)
        {
            Sender.Tell(new Failed(call.Id, s_silent));
            Rest();
            return;
        }

        if (!_runtime.Catalogue.Knows(call.Revision))
        {
            _ = CatalogueWait.DeliverAsync(_runtime, call, Sender, Self);
            return;
        }

        try
        {
            var spec = _runtime.Catalogue.Active(_name).Spec;
            Inputs.Check(spec, _key, call.Export, call.Input);
            if (Repeated(call, spec, Sender) is { } repeated)
            {
                Sender.Tell(repeated);
                Rest();
                return;
            }

            if (_busy && _queue.Count >= spec.Limits.QueueLimit)
            {
                throw new WasmError(ErrorCode.Busy, $"{_queue.Count} calls wait for this key of '{_name}', the function's limit: send fewer at once, or try again later.");
            }

            _queue.Enqueue(new KeyedCall(call, Sender, call.Time.AtMost(spec.Limits.Deadline), _runtime.Clock.GetTimestamp()));
        }
        catch (WasmError refused)
        {
            if (refused.Code != FunctionErrorCode.NotFound)
            {
                FunctionMetrics.Answered(_runtime.Options.Logger, _name, refused.Code, default);
            }

            Sender.Tell(new Failed(call.Id, WasmFailure.From(refused)));
            return;
        }

        StartNext();
        if (_queue.Count > 0)
        {
            LookWhenOver(call.Time.AtMost(_runtime.Catalogue.Find(_name)?.ActiveVersion?.Spec.Limits.Deadline ?? TimeSpan.Zero).Left);
        }
    }

    private void StartNext()
    {
        while (!_busy && _queue.TryDequeue(out var next))
        {
            if (next.Time.IsOver)
            {
                AnswerOver(next);
            }
            else if (!_runtime.Lease.Holds)
            {
                next.Caller.Tell(new Failed(next.Call.Id, s_silent));
            }
            else if (_runtime.Catalogue.Find(_name) is not { ActiveVersion.Spec.Kind: FunctionKind.Keyed } entry)
            {
                next.Caller.Tell(new Failed(next.Call.Id, WasmFailure.From(CatalogueState.Unknown(_name))));
            }
            else if (Repeated(next.Call, entry.ActiveVersion.Spec, next.Caller) is { } repeated)
            {
                next.Caller.Tell(repeated);
            }
            else if (TryRemember(next))
            {
                _busy = true;
                _runtime.Keys.Wake(_place);
                _graceOver = InstancePool<CancellationTokenSource>.TryTake() ?? new CancellationTokenSource();
                _ = CarryAsync(next, Usable(entry), entry, Self, _graceOver.Token);
            }
        }
    }

    // Its answer where it was carried out already; also while another one runs.
    private object? Repeated(Invoke call, FunctionSpec spec, IActorRef caller) =>
        call.Identity is { } identity ? _remembered?.Find(call.Id, identity, caller, spec.Limits.Deadline) : null;

    private bool TryRemember(KeyedCall next)
    {
        if (next.Call.Identity is not { } identity)
        {
            return true;
        }

        try
        {
            (_remembered ??= new RememberedCalls(_runtime.Answers, _runtime.Shelf)).Reserve(identity);
            return true;
        }
        catch (WasmError full)
        {
            next.Caller.Tell(Failed.From(next.Call.Id, full));
            return false;
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

    private void OnEnded(KeyedCall.Ended ended)
    {
        _busy = false;
        EndGrace();
        _session = ended.Session;
        if (ended.Identity is { } identity)
        {
            Remember(identity, ended.IsKept ? ended.Answer : null);
        }

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
            Rest();
        }
    }

    private void Remember(CallIdentity identity, object? answer)
    {
        if (answer is null)
        {
            _remembered!.Cancel(identity);
        }
        else
        {
            _remembered!.Add(identity, answer);
        }
    }

    private void OnStop()
    {
        _stopping = true;
        MoveWaiting();
        if (!_busy)
        {
            Context.Stop(Self);
            return;
        }

        _graceOver!.CancelAfter(_runtime.Options.Grace);
    }

    // The call under way has ended; most often nothing was cancelled, and the next call may use the source.
    private void EndGrace()
    {
        if (_graceOver is { } graceOver)
        {
            _graceOver = null;
            if (graceOver.TryReset())
            {
                InstancePool<CancellationTokenSource>.Put(graceOver);
            }
            else
            {
                graceOver.Dispose();
            }
        }
    }

    private void MoveWaiting()
    {
        while (_queue.TryDequeue(out var waiting))
        {
            waiting.Caller.Tell(new Failed(waiting.Call.Id, s_moved));
        }
    }

    private static readonly WasmFailure s_moved =
        new(FunctionErrorCode.Moved, "The key's store goes to another node or was idle: the call was not begun there. Send it again.");
}
