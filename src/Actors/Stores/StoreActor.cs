using Akka.Actor;
using Serilog;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Owns one store. Takes commands in order, one at a time, and answers each exactly once; while a guest is paused, in a time slice's
/// end or for an import, it answers what only looks, cancellations, and the answering side of the import.
/// </summary>
/// <remarks>
/// A trap is an answer. What the store cannot go on after (an interrupted guest, a bug) ends it: everybody who waits is
/// answered <c>store.lost</c>, then the actor throws, and supervision lets it begin again with a fresh store.
/// </remarks>
internal sealed partial class StoreActor : UntypedActor
{
    private readonly WasmEngine _engine;
    private readonly StoreCell _cell;
    private readonly StoreRecipe _recipe;
    private readonly ILogger _hostLog;
    private readonly Queue<Work> _queue = new();
    private readonly Activity _root = new();

    private StoreSession? _session;
    private StoreCreator _creator;
    private List<Work>? _stoppers;
    private Activity? _top;
    private int _stepsLeftToReplay;
    private bool _resumeComes;
    private Exception? _brokenBy;
    private Work _breaking;
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

    private bool IsStopping => _stoppers is not null;

    protected override void PreStart()
    {
        _recipe.BeginGeneration();
        _cell.Actor = Self;
        _cell.Live = this;
        try
        {
            Make();
            if (_recipe.Generation == 1)
            {
                _creator.Answer(new HostProtocol.StoreCreated(new StoreRef(_cell)));
            }
        }
        catch (Exception failure)
        {
            CannotBeMade(failure);
        }

        _creator = default;
    }

    protected override void PreRestart(Exception reason, object message)
    {
        Log.Information("Store {Store} is replaced by generation {Generation}: {Reason}", _cell.Id, _recipe.Generation + 1, GuestText.Clean(reason.Message, GuestText.MessageLimit));
        FailAll(Lost(reason));
        DisposeSession();
    }

    protected override void PostStop()
    {
        _timer?.Cancel();
        _cell.Live = null;
        _cell.MarkGone("it was stopped");
        FailAll(_cell.Gone());
        DisposeSession();
        foreach (var stopper in _stoppers ?? [])
        {
            stopper.Answer(Done.Instance, _cell);
        }
    }

    protected override void OnReceive(object message)
    {
        Turn.Flush();
        switch (message)
        {
            case StoreRequest { IsForCaller: false } request:
                Take(new Work(request, request.Command, ActorRefs.NoSender, Live(request.Chain)));
                break;
            case StoreRequest request:
                TakeForCaller(request);
                break;
            case Command command:
                Take(new Work(null, command, Sender, Live(command.Chain)));
                break;
            case Resume:
                _resumeComes = false;
                GoOn();
                break;
            case ImportProtocol.ImportReturned returned:
                OnAnswer(returned.Id, returned.Results, null);
                break;
            case ImportProtocol.ImportTrapped trapped:
                OnAnswer(trapped.Id, null, trapped.Failure.ToException());
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
            case QueueAnswered:
                var breaking = _breaking;
                _breaking = default; // once: its request may serve another call from the answer on
                FailWork(breaking, _lastFailure!);
                throw new StoreBrokenException($"store {_cell.Id} broke: {_brokenBy!.Message}", _brokenBy);
            default:
                Unhandled(message);
                break;
        }
    }

    private void GoOn()
    {
        if (_session is not null)
        {
            using var _ = Session.Store.Enter();
            Advance();
        }
    }

    private void CannotBeMade(Exception failure)
    {
        var error = failure as WasmException
            ?? new WasmError(ErrorCode.EngineError, $"The store could not be made: {failure.GetType().Name}: {failure.Message}", failure);
        Log.Warning(error.InnerException, "Store {Store} could not be made: {Code} {Failure}", _cell.Id, error.Code, GuestText.Clean(error.Message, GuestText.MessageLimit));
        _cell.MarkGone($"it could not be made ({error.Code}: {error.Message})");
        if (_recipe.Generation == 1)
        {
            _creator.Answer(new Failed(WasmFailure.From(error)));
        }

        _stepsLeftToReplay = 0;
        DisposeSession();
        Context.Stop(Self);
    }

    private WasmError Lost(Exception reason) => new(
        ErrorCode.StoreLost,
        $"Store {_cell.Id} broke and is replaced by a fresh one ({GuestReason(reason)}): the command was not carried out to its end; what the store held is lost.",
        reason is WasmException ? null : reason);

    private static string GuestReason(Exception reason) => reason is WasmException failure ? failure.Code : reason.GetType().Name;

    private void DisposeSession()
    {
        _session?.Dispose();
        _session = null;
    }

    /// <summary>The next time slice of a guest that yielded.</summary>
    internal sealed class Resume : INoSerializationVerificationNeeded
    {
        internal static Resume Instance { get; } = new();
    }

    private sealed class QueueAnswered
    {
        internal static QueueAnswered Instance { get; } = new();
    }
}
