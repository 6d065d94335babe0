using Akka.Actor;
using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Stores.Supervision;

/// <summary>Who asked for a store and is told once that it is there, or why not: a sender, or a request of this
/// process.</summary>
/// <param name="Sender">Who asked by message, or null.</param>
/// <param name="Request">The request, or null.</param>
internal readonly record struct StoreCreator(IActorRef? Sender, CreationRequest? Request)
{
    /// <summary>Answers with a <see cref="Messages.HostProtocol.StoreCreated"/> or a
    /// <see cref="Messages.StoreProtocol.Failed"/>.</summary>
    internal void Answer(object reply)
    {
        Sender?.Tell(reply);
        Request?.Reply(reply);
    }
}
