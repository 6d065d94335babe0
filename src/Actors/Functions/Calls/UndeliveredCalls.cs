using Akka.Actor;
using Akka.Event;
using WasmActors.Actors.Messages;
using static WasmActors.Actors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Actors.Functions.Calls;

/// <summary>
/// Sends calls back that reached nobody on this node: sharding drops what comes while a shard is handed over, an entity that ends leaves what is
/// in its mailbox, and a connection that breaks what it has not sent. None of these was begun, so each can be sent again.
/// </summary>
internal sealed class UndeliveredCalls : UntypedActor
{
    private static readonly WasmFailure s_moved = new(FunctionErrorCode.Moved, "The call reached no store, because nodes or stores come and go: it was not begun.");

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(AllDeadLetters));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is AllDeadLetters { Message: Invoke call } letter && !letter.Sender.IsNobody())
        {
            letter.Sender.Tell(new Failed(call.Id, s_moved));
        }
    }
}
