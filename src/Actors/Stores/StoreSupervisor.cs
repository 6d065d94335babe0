using Akka.Actor;
using Akka.Event;
using Serilog;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Starts stores' actors and decides what follows when one throws: it begins again with a fresh store, at most ten times a
/// minute. Also answers those whose command reached no store any more.
/// </summary>
internal sealed class StoreSupervisor : UntypedActor
{
    private const int MaxReplacements = 10;
    private static long s_lastStore;

    private readonly WasmEngine _engine;
    private readonly ILogger _log;
    private readonly string _dispatcher;
    private readonly HostAdmission _admission;

    public StoreSupervisor(WasmEngine engine, ILogger log, string dispatcher, HostAdmission admission)
    {
        _admission = admission;
        _engine = engine;
        _log = log;
        _dispatcher = dispatcher;
    }

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        MaxReplacements,
        (int)TimeSpan.FromMinutes(1).TotalMilliseconds,
        static failure => failure is ActorInitializationException ? Directive.Stop : Directive.Restart,
        loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case HostProtocol.CreateStore create:
                Create(create);
                break;
            case DeadLetter { Message: StoreRequest request } letter when letter.Recipient.Equals(request.Cell.Actor):
                request.FailGone();
                break;
            case DeadLetter { Message: StoreProtocol.Command } letter when letter.Recipient.Path.Parent.Equals(Self.Path):
                letter.Sender.Tell(new StoreProtocol.Failed(new WasmFailure(Runtime.Calls.ErrorCode.StoreGone, "The store has gone. Make a new one.")));
                break;
            case DeadLetter:
                break;
            default:
                Unhandled(message);
                break;
        }
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

    private void Create(HostProtocol.CreateStore create)
    {
        if (_admission.TryStart(create.Spec, out var place) is { } refusal)
        {
            Sender.Tell(new StoreProtocol.Failed(WasmFailure.From(refusal)));
            return;
        }

        long id = Interlocked.Increment(ref s_lastStore);
        var cell = new StoreCell(id, create.Spec, _engine, place);
        var recipe = new StoreRecipe(create.Spec);
        var creator = Sender;
        Context.ActorOf(
            Props.CreateBy(new Maker(_engine, cell, recipe, creator, _log), cell).WithDispatcher(_dispatcher).WithMailbox(StoreMailbox.Id),
            $"store-{id}");
    }
}
