using Akka.Actor;
using Serilog;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Owns one store. Takes commands in order, one at a time, and answers each exactly once; while a guest is paused, in a time slice's
/// end or for an import, it answers what only looks, cancellations, and the answering side of the import.
/// </summary>
/// <remarks>
/// A trap is an answer. What the store cannot go on after (an interrupted guest, a bug, what a policy says) ends it: everybody who waits is
/// answered <c>store.lost</c>, then the actor throws, and supervision lets it begin again with a fresh store, when its policy says.
/// </remarks>
internal sealed partial class StoreActor : UntypedActor
{
    private readonly WasmEngine _engine;
    private readonly StoreCell _cell;
    private readonly StoreRecipe _recipe;
    private readonly ILogger _hostLog;
    private readonly Queue<StoreWork> _queue = new();
    private readonly CallFrame _root = new();

    private StoreSession? _session;
    private StoreSession? _ended;
    private StoreCreator _creator;
    private CallFrame? _top;
    private int _stepsLeftToReplay;
    private Exception? _brokenBy;
    private StoreWork? _breaking;
    private WasmException? _lastFailure;
    private long _calls;

    public StoreActor(WasmEngine engine, StoreCell cell, StoreRecipe recipe, in StoreCreator creator, ILogger log)
    {
        _engine = engine;
        _cell = cell;
        _recipe = recipe;
        _creator = creator;
        _hostLog = log;
    }

    private StoreSession Session => _session!;

    private ILogger Log => field ??= _hostLog.ForContext("Store", _cell.Id);

    private bool IsStopping => _recipe.IsStopping;

    /// <summary>Whether its guest is inside a host function right now; asked by any thread.</summary>
    internal bool IsInHostFunction => _session is { Store.IsInHostFunction: true };

    protected override void PreStart()
    {
        _cell.Actor = Self;
        _cell.Live = this;
        ((Context as ActorCell)?.Mailbox?.MessageQueue as StoreQueue)?.BelongTo(_cell);
        if (Turn.Executor is { } executor)
        {
            _cell.Host.RunsOn(executor);
        }

        if (_cell.IsGone)
        {
            _creator.Answer(new Failed(WasmFailure.From(_cell.Gone()))); // nobody, unless its host was disposed before it began
            Context.Stop(Self); // it broke while it was to stop
        }
        else if (_recipe.Restarts is { Delay: { Ticks: > 0 } delay })
        {
            MakeLater(delay);
        }
        else
        {
            Make();
        }

        _creator = default;
    }

    protected override void PreRestart(Exception reason, object message)
    {
        FailAll(Lost(reason));
        DisposeSession();
        _timer?.Cancel();
        _remake?.Dispose();
        if (!_cell.IsGone)
        {
            ComeBack((reason as StoreBrokenException)?.InnerException ?? reason);
        }
    }

    protected override void PostStop()
    {
        _timer?.Cancel();
        _remake?.Dispose();
        _cell.Live = null;
        _cell.MarkGone("it was stopped");
        FailAll(_cell.Gone());
        DisposeSession();
        TellStopped();
        foreach (var stopper in _recipe.Stoppers)
        {
            Answer(stopper, Done.Instance);
        }

        _cell.Ended();
    }

    protected override void OnReceive(object message)
    {
        Turn.Flush();
        switch (message)
        {
            case StoreRequest { IsForCaller: false } request:
                Take(request);
                break;
            case StoreRequest request:
                TakeForCaller(request);
                break;
            case Command command:
                Take(new AskedCommand(_cell, command, Sender));
                break;
            case GuestPlace place:
                OnTurn(place);
                break;
            case ImportProtocol.ImportReturned returned:
                OnAnswer(returned.Id, returned.Results, null);
                break;
            case ImportProtocol.ImportTrapped trapped:
                OnAnswer(trapped.Id, null, FailureOf(trapped));
                break;
            case Attend:
                OnAttend();
                break;
            case Passivate passivate:
                OnPassivate(passivate);
                break;
            case Terminated terminated:
                OnServerGone(terminated.ActorRef);
                break;
            case Remake remake:
                OnRemake(remake);
                break;
            case QueueAnswered:
                OnQueueAnswered();
                break;
            case LeavingStore:
                Context.Stop(Self);
                break;
            case HostProtocol.CreateStore or HostProtocol.GetStatus:
                Sender.Tell(new Failed(new WasmFailure(ErrorCode.BadArguments, $"{message.GetType().Name} is for the supervisor of stores (WasmHost.Supervisor), not for a store.")));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // The place of a guest that was given up means nothing: its call was answered, and the next guest has a place of its own.
    private void OnTurn(GuestPlace place)
    {
        if (_session is not null && _top is { IsInLine: true } top && ReferenceEquals(top.Place, place))
        {
            top.IsInLine = false;
            using var _ = Session.Store.Enter();
            Advance();
        }
    }

    private static WasmException FailureOf(ImportProtocol.ImportTrapped trapped)
    {
        try
        {
            return trapped.Failure?.ToException() ?? new WasmError(ErrorCode.HostBadResult, "An import was answered with no failure at all.");
        }
        catch (Exception unreadable)
        {
            return new WasmError(ErrorCode.HostBadResult, $"An import was answered with a failure that cannot be read: {unreadable.GetType().Name}: {GuestText.MessageOf(unreadable)}", unreadable);
        }
    }

    private WasmError Lost(Exception reason) => new(
        ErrorCode.StoreLost,
        $"Store {_cell.Id} broke and is replaced by a fresh one ({GuestReason(reason)}): the command was not carried out to its end; what the store held is lost.",
        reason is WasmException ? null : reason);

    private static string GuestReason(Exception reason) => reason is WasmException failure ? failure.Code : reason.GetType().Name;

    private void DisposeSession()
    {
        NoteMemory(0);
        var session = _session ?? _ended;
        (_session, _ended) = (null, null);
        if (session is not null && SliceThread.Current is { } low)
        {
            low.Do(session.Dispose);
        }
        else
        {
            session?.Dispose();
        }
    }

    private sealed class QueueAnswered
    {
        internal static QueueAnswered Instance { get; } = new();
    }
}
