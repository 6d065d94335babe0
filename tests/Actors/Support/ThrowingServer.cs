using Akka.Actor;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Tests.Support;

/// <summary>A server of imports that answers so many of them with nothing, and throws when it is told of the next: a bug on the store's own turn.</summary>
internal sealed class ThrowingServer(int after = 0) : MinimalActorRef
{
    private int _left = after;

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "throwing";

    public override IActorRefProvider Provider => throw new NotSupportedException();

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is ImportCall call)
        {
            sender.Tell(_left-- > 0 ? new ImportReturned(call.Id, []) : throw new InvalidTimeZoneException("The clock has stopped."));
        }
    }
}
