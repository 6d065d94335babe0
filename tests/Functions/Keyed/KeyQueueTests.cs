using Akka.Actor;
using Akka.Dispatch.MessageQueues;
using WasmActors.Functions.Keyed;

namespace WasmActors.Functions.Tests.Keyed;

public class KeyQueueTests
{
    private readonly KeyQueue _queue = new(ActorRefs.Nobody);
    private readonly UnboundedMessageQueue _deadLetters = new();

    [Fact]
    public void Messages_come_in_their_order_with_their_senders()
    {
        _queue.Enqueue(ActorRefs.Nobody, new Envelope("first", ActorRefs.NoSender));
        _queue.Enqueue(ActorRefs.Nobody, new Envelope("second", ActorRefs.Nobody));

        Assert.Equal(2, _queue.Count);
        Assert.True(_queue.TryDequeue(out var first));
        Assert.True(_queue.TryDequeue(out var second));
        Assert.False(_queue.HasMessages);
        Assert.Equal(("first", "second", ActorRefs.Nobody), (first.Message, second.Message, second.Sender));
    }

    [Fact]
    public void What_is_left_or_comes_too_late_is_a_dead_letter()
    {
        _queue.Enqueue(ActorRefs.Nobody, new Envelope("left", ActorRefs.Nobody));

        _queue.CleanUp(ActorRefs.Nobody, _deadLetters);
        _queue.Enqueue(ActorRefs.Nobody, new Envelope("late", ActorRefs.Nobody));

        Assert.True(_deadLetters.TryDequeue(out var left));
        Assert.True(_deadLetters.TryDequeue(out var late));
        Assert.Equal(("left", "late"), (left.Message, late.Message));
        Assert.False(_queue.HasMessages);
    }
}
