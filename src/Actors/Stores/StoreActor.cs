using Akka.Actor;
using Serilog;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Owns one store. Takes commands in order, one at a time, and answers each exactly once; a guest that yields or parks is
/// resumed while other commands wait.
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
    private readonly ILogger _log;
    private readonly Queue<Work> _queue = new();
    private readonly List<Work> _stoppers = [];

    private StoreSession? _session;
    private IActorRef? _creator;
    private StoreRequest? _request;
    private Command? _command;
    private IActorRef? _sender;
    private long? _deadline;
    private GuestCall? _call;
    private BatchProgress? _batch;
    private Exception? _brokenBy;
    private WasmException? _lastFailure;
    private long _calls;

    public StoreActor(WasmEngine engine, StoreCell cell, StoreRecipe recipe, IActorRef creator, ILogger log)
    {
        _engine = engine;
        _cell = cell;
        _recipe = recipe;
        _creator = creator;
        _log = log.ForContext("Store", cell.Id);
    }

    private StoreSession Session => _session!;

    protected override void PreStart()
    {
        _recipe.BeginGeneration();
        _cell.Actor = Self;
        try
        {
            _session = StoreBuilder.Build(_engine, _cell, _recipe);
            if (_recipe.Generation == 1)
            {
                _creator?.Tell(new HostProtocol.StoreCreated(new StoreRef(_cell)));
            }
        }
        catch (Exception failure)
        {
            var error = failure as WasmException
                ?? new WasmError(ErrorCode.EngineError, $"The store could not be made: {failure.GetType().Name}: {failure.Message}", failure);
            _log.Warning(error.InnerException, "Store {Store} could not be made: {Code} {Failure}", _cell.Id, error.Code, GuestText.Clean(error.Message, GuestText.MessageLimit));
            _cell.MarkGone($"it could not be made ({error.Code}: {error.Message})");
            if (_recipe.Generation == 1)
            {
                _creator?.Tell(new Failed(WasmFailure.From(error)));
            }

            Context.Stop(Self);
        }

        _creator = null;
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _log.Information("Store {Store} is replaced by generation {Generation}: {Reason}", _cell.Id, _recipe.Generation + 1, GuestText.Clean(reason.Message, GuestText.MessageLimit));
        FailWork(Lost(reason));
        FailQueue(Lost(reason));
        DisposeSession();
    }

    protected override void PostStop()
    {
        _cell.MarkGone("it was stopped");
        FailWork(_cell.Gone());
        FailQueue(_cell.Gone());
        DisposeSession();
        foreach (var stopper in _stoppers)
        {
            Answer(stopper, Done.Instance);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StoreRequest request:
                if (request.TryTake())
                {
                    Take(new Work(request, request.Command, ActorRefs.NoSender));
                }

                break;
            case Command command:
                Take(new Work(null, command, Sender));
                break;
            case Resume when _session is not null:
                using (Session.Store.Enter())
                {
                    Advance();
                }

                break;
            case Resume:
                break;
            case QueueAnswered:
                Fail(_lastFailure!);
                throw new StoreBrokenException($"store {_cell.Id} broke: {_brokenBy!.Message}", _brokenBy);
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(in Work work)
    {
        if (work.Command is StoreProtocol.Stop)
        {
            Stop(work);
        }
        else if (_brokenBy is { } reason)
        {
            Answer(work, new Failed(WasmFailure.From(Lost(reason))));
        }
        else if (_session is null)
        {
            Answer(work, new Failed(WasmFailure.From(_cell.Gone())));
        }
        else if (_call is not null)
        {
            Enqueue(work);
        }
        else
        {
            // Entered once for the whole turn: what is done within is then spared the fences of entering.
            using var _ = Session.Store.Enter();
            Start(work);
            Advance();
        }
    }

    private void Stop(in Work work)
    {
        _stoppers.Add(work);
        _cell.MarkGone("it was stopped");
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

    private sealed class Resume
    {
        internal static Resume Instance { get; } = new();
    }

    private sealed class QueueAnswered
    {
        internal static QueueAnswered Instance { get; } = new();
    }

    /// <summary>A command and who waits for its answer: a request of this process, or a sender.</summary>
    private readonly record struct Work(StoreRequest? Request, Command? Command, IActorRef? Sender);
}
