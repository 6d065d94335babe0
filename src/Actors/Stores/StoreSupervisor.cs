using Akka.Actor;
using Akka.Event;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Parent of the stores' actors (<see cref="StoreFactory"/> starts them): decides what follows when one throws: it begins again with a fresh store, at most ten times a
/// minute. Also answers those whose command reached no store any more.
/// </summary>
internal sealed class StoreSupervisor : UntypedActor
{
    private const int MaxReplacements = 10;

    private readonly StoreFactory _factory;

    public StoreSupervisor(StoreFactory factory) => _factory = factory;

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
                letter.Sender.Tell(new StoreProtocol.Failed(new WasmFailure(ErrorCode.StoreGone, "The store has gone. Make a new one.")));
                break;
            case DeadLetter:
                break;
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
        catch (WasmException refused)
        {
            Sender.Tell(new StoreProtocol.Failed(WasmFailure.From(refused)));
        }
    }
}
