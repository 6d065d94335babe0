using Akka.Actor;
using Akka.Event;
using Serilog;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores.Supervision;

/// <summary>
/// Parent of the stores' actors, which <see cref="StoreFactory"/> starts: knows what was decided about each of them,
/// and ends them with the host. An
/// actor that throws begins again with a fresh store; when, its store's <see cref="RestartPolicy"/> says. Also answers
/// those whose command
/// reached no store any more.
/// </summary>
internal sealed partial class StoreSupervisor : UntypedActor
{
    private readonly StoreFactory _factory;
    private readonly ILogger _log;
    private readonly Dictionary<IActorRef, Trouble> _troubles = [];

    public StoreSupervisor(StoreFactory factory, ILogger log)
    {
        _factory = factory;
        _log = log;
    }

    // Any thread attaches stores, so the children are asked for, not counted.
    private static IEnumerable<(IActorRef Actor, StoreCell Cell)> Stores => Context.GetChildren()
        .OfType<ActorRefWithCell>()
        .Where(static child => child.Underlying is ActorCell { Props: StoreProps })
        .Select(static child => ((IActorRef)child, ((StoreProps)((ActorCell)child.Underlying).Props).Cell));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void PostStop()
    {
        _stopTimer?.Cancel();
        Context.System.EventStream.Unsubscribe(Self);
        if (((ActorCell)Context).ChildrenContainer.IsTerminating)
        {
            _factory.SupervisorEnded(); // else it is only restarted
        }
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
            case SupervisionDecision decision when Sender.Path.Parent.Equals(Self.Path):
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
                letter.Sender.Tell(new StoreProtocol.Failed(new WasmFailure(ErrorCode.StoreGone, "The store has gone. Make a new one.")));
                break;
            case StoreProtocol.Command misdirected:
                Sender.Tell(new StoreProtocol.Failed(new WasmFailure(ErrorCode.BadArguments, $"{misdirected.GetType().Name} is for a store's actor (StoreRef.Actor), not for the supervisor of stores.")));
                break;
            case DeadLetter or StoreProtocol.Done or StoreProtocol.Failed:
                break; // the latter answer the stop of a store
            default:
                Unhandled(message);
                break;
        }
    }

    private void Create(HostProtocol.CreateStore create)
    {
        try
        {
            _factory.Start((ActorCell)Context, create.Spec, Sender);
        }
        catch (Exception refused)
        {
            // Whatever it is: a supervisor that is restarted ends its stores.
            Sender.Tell(new StoreProtocol.Failed(WasmFailure.From(refused as WasmException
                ?? new WasmError(ErrorCode.BadSettings, $"The store cannot be made: {refused.GetType().Name}: {GuestText.MessageOf(refused)}", refused))));
        }
    }

    /// <summary>What was decided about a store that failed.</summary>
    private sealed class Trouble
    {
        internal SupervisionDecision? LastDecision { get; set; }

        internal long Replacements { get; set; }
    }
}
