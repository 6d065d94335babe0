using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace WasmActors.Actors.Stores;

/// <summary>Messages on their way to a store's actor. Requests were counted in before they were sent.</summary>
internal sealed class StoreQueue(IActorRef nobody) : IMessageQueue, IUnboundedMessageQueueSemantics
{
    private readonly MailLine _messages = new(nobody);

    public bool HasMessages => !_messages.IsEmpty;

    public int Count => _messages.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope) => _messages.Enqueue(envelope);

    public bool TryDequeue(out Envelope envelope) => _messages.TryDequeue(out envelope);

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (_messages.TryDequeue(out var envelope))
        {
            deadletters.Enqueue(owner, envelope);
        }
    }
}
