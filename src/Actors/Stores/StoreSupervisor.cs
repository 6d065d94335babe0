using Akka.Actor;
using Akka.Event;
using Serilog;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Starts stores' actors, knows what was decided about each of them, and ends them with the host. An actor that throws begins again with a
/// fresh store; when, its store's <see cref="RestartPolicy"/> says. Also answers those whose command reached no store any more.
/// </summary>
internal sealed partial class StoreSupervisor : UntypedActor
{
    private static long s_lastStore;

    private readonly WasmEngine _engine;
    private readonly ILogger _log;
    private readonly string _dispatcher;
    private readonly HostAdmission _admission;
    private readonly Dictionary<IActorRef, Child> _children = [];
    private long _started;

    public StoreSupervisor(WasmEngine engine, ILogger log, string dispatcher, HostAdmission admission)
    {
        _admission = admission;
        _engine = engine;
        _log = log;
        _dispatcher = dispatcher;
    }

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void PostStop()
    {
        _stopTimer?.Cancel();
        Context.System.EventStream.Unsubscribe(Self);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        maxNrOfRetries: -1, // the stores count for themselves, and open their circuits
        withinTimeMilliseconds: Timeout.Infinite,
        static failure => failure is ActorInitializationException ? Directive.Stop : Directive.Restart,
        loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case HostProtocol.CreateStore create:
                Create(create);
                break;
            case HostProtocol.GetStatus get:
                Sender.Tell(Status(get.MaxStores));
                break;
            case SupervisionDecision decision:
                OnDecided(decision);
                break;
            case Terminated terminated:
                OnEnded(terminated.ActorRef);
                break;
            case StopStores stop:
                OnStop(stop);
                break;
            case StopStage stage:
                OnStage(stage);
                break;
            case DeadLetter { Message: StoreRequest request } letter when letter.Recipient.Equals(request.Cell.Actor):
                request.FailGone();
                break;
            case DeadLetter { Message: StoreProtocol.Command } letter when letter.Recipient.Path.Parent.Equals(Self.Path):
                letter.Sender.Tell(Gone("The store has gone. Make a new one."));
                break;
            case DeadLetter or StoreProtocol.Done or StoreProtocol.Failed:
                break; // the latter answer the stop of a store
            default:
                Unhandled(message);
                break;
        }
    }

    private static StoreProtocol.Failed Gone(string message) => new(new WasmFailure(ErrorCode.StoreGone, message));

    private void Create(HostProtocol.CreateStore create)
    {
        if (IsStopping)
        {
            Sender.Tell(Gone("The host of the stores is being disposed: no more are made."));
            return;
        }

        try
        {
            create.Spec.Restart.Check();
        }
        catch (WasmException refused)
        {
            Sender.Tell(new StoreProtocol.Failed(WasmFailure.From(refused)));
            return;
        }

        if (_admission.TryStart(create.Spec, out var place) is { } refusal)
        {
            Sender.Tell(new StoreProtocol.Failed(WasmFailure.From(refusal)));
            return;
        }

        long id = Interlocked.Increment(ref s_lastStore);
        var cell = new StoreCell(id, create.Spec, _engine, place) { Log = _log };
        var recipe = new StoreRecipe(create.Spec);
        var creator = Sender;
        var actor = Context.ActorOf(
            Props.CreateBy(new Maker(_engine, cell, recipe, creator, _log), cell).WithDispatcher(_dispatcher).WithMailbox(StoreMailbox.Id),
            $"store-{id}");
        _started++;
        _children.Add(actor, new Child(cell));
        Context.Watch(actor);
    }

    /// <summary>A store of this supervisor, and what was last decided about it.</summary>
    private sealed class Child(StoreCell cell)
    {
        internal StoreCell Cell => cell;

        internal SupervisionDecision? LastDecision { get; set; }

        internal long Replacements { get; set; }
    }

    /// <summary>Makes a store's actor, the first time and when it is replaced. An expression, Akka's usual way, is compiled for each.</summary>
    private sealed class Maker(WasmEngine engine, StoreCell cell, StoreRecipe recipe, IActorRef creator, ILogger log) : IIndirectActorProducer
    {
        public Type ActorType => typeof(StoreActor);

        public ActorBase Produce() => new StoreActor(engine, cell, recipe, creator, log);

        public void Release(ActorBase actor)
        {
        }
    }
}
