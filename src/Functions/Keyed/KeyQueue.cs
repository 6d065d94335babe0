using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using WasmActors.Actors.Mailboxes;

namespace WasmActors.Functions.Keyed;

/// <summary>Messages on their way to a key's actor. What it leaves behind, or comes too late for it, is a dead letter:
/// none is lost.</summary>
internal sealed class KeyQueue : IMessageQueue, IUnboundedMessageQueueSemantics
{
    private readonly MailLine _messages;
    private volatile IMessageQueue? _deadLetters;

    /// <param name="nobody">The sender of messages without one, as envelopes have it.</param>
    internal KeyQueue(IActorRef nobody) => _messages = new MailLine(nobody);

    public bool HasMessages => !_messages.IsEmpty;

    public int Count => _messages.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        _messages.Enqueue(envelope);
        if (_deadLetters is { } deadLetters)
        {
            PassOn(receiver, deadLetters); // its actor ended meanwhile, and looks no more
        }
    }

    public bool TryDequeue(out Envelope envelope) => _messages.TryDequeue(out envelope);

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        // Either this sees a message, or its sender sees this; the fence is for both, so that senders need none.
        _deadLetters = deadletters;
        Interlocked.MemoryBarrierProcessWide();
        PassOn(owner, deadletters);
    }

    // By one thread at a time: the line has one receiver.
    private void PassOn(IActorRef owner, IMessageQueue deadLetters)
    {
        lock (_messages)
        {
            while (_messages.TryDequeue(out var envelope))
            {
                deadLetters.Enqueue(owner, envelope);
            }
        }
    }
}
