using Akka.Actor;
using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores;

/// <summary>
/// Stands for the sender of a command that came as a message and runs a guest: it is answered once, by the store's actor, or by the
/// sweeper when the guest does not let go at its deadline.
/// </summary>
internal sealed class AskedCommand(IActorRef sender, StoreProtocol.Command command, long deadline) : MinimalActorRef
{
    private int _answered;

    public override ActorPath Path => sender.Path;

    public override IActorRefProvider Provider => ((IInternalActorRef)sender).Provider;

    internal StoreProtocol.Command Command => command;

    internal long Deadline => deadline;

    internal bool IsAnswered => Volatile.Read(ref _answered) != 0;

    protected override void TellInternal(object message, IActorRef from)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            sender.Tell(message, from);
        }
    }
}
