using Akka.Actor;
using Akka.Event;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Hosting;

/// <summary>
/// Sends calls back that reached nobody on this node: sharding drops what comes while a shard is handed over, or lets
/// it go unhandled, an entity that ends leaves what is in its mailbox, and a connection that breaks what it has not
/// sent. None of these was begun, so each can be sent again. A change of the catalogue that reached no writer, or was
/// left with one that ended, is rejected at once: it was not stored.
/// </summary>
internal sealed class UndeliveredCalls : UntypedActor
{
    private static readonly WasmFailure s_moved = new(FunctionErrorCode.Moved, "The call reached no store, because nodes or stores come and go: it was not begun.");

    private static readonly CatalogueProtocol.Refused s_unavailable =
        CatalogueActor.Unavailable("its writer is being started, so nothing was changed: try again soon");

    // Also what was unhandled: it is one of them.
    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(AllDeadLetters));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        // What sharding drops is a dead letter within a dead letter.
        var sender = ActorRefs.NoSender;
        while (message is AllDeadLetters letter)
        {
            (message, sender) = (letter.Message, letter.Sender);
        }

        if (message is Invoke call && !sender.IsNobody())
        {
            sender!.Tell(new Failed(call.Id, s_moved));
        }
        else if (message is CatalogueProtocol.Command && !sender.IsNobody())
        {
            sender!.Tell(s_unavailable);
        }
    }
}
