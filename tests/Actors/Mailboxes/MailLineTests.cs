using Akka.Actor;
using CsCheck;
using WasmActors.Actors.Mailboxes;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Tests.Mailboxes;

public class MailLineTests
{
    private readonly MailLine _line = new(ActorRefs.Nobody);

    [Fact]
    public void An_empty_line_has_nothing_to_take()
    {
        Assert.True(_line.IsEmpty);
        Assert.Equal(0, _line.Count);
        Assert.False(_line.TryDequeue(out _));
    }

    [Fact]
    public void Whatever_is_put_and_taken_in_between_messages_leave_in_the_order_they_came() =>
        Gen.OneOf(Gen.Const(-1), Gen.Int[0, 2]).Array[0, 200].Sample(steps =>
        {
            var line = new MailLine(ActorRefs.Nobody);
            var model = new Queue<object>();
            foreach (int step in steps)
            {
                if (step >= 0)
                {
                    object message = step == 0 ? new object() : Request();
                    var sender = step == 2 ? ActorRefs.NoSender : ActorRefs.Nobody;
                    line.Enqueue(new Envelope(message, sender));
                    model.Enqueue(message);
                }
                else
                {
                    Assert.Equal(model.TryDequeue(out object? expected), line.TryDequeue(out var envelope));
                    Assert.Same(expected, envelope.Message);
                }

                Assert.Equal(model.Count, line.Count);
                Assert.Equal(model.Count == 0, line.IsEmpty);
            }
        });

    [Fact]
    public void The_sender_comes_out_with_its_message()
    {
        _line.Enqueue(new Envelope(Request(), ActorRefs.Nobody));
        _line.Enqueue(new Envelope("text", ActorRefs.Nobody));
        _line.Enqueue(new Envelope(Request(), ActorRefs.NoSender));

        foreach (var sender in new[] { ActorRefs.Nobody, ActorRefs.Nobody, ActorRefs.NoSender })
        {
            Assert.True(_line.TryDequeue(out var envelope));
            Assert.Same(sender, envelope.Sender);
        }
    }

    [Fact]
    public async Task With_many_senders_nothing_is_lost_and_each_ones_order_is_kept()
    {
        const int Senders = 4;
        const int Each = 20_000;
        var sending = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                _line.Enqueue(new Envelope((sender, i), ActorRefs.Nobody));
            }
        })));

        int[] next = new int[Senders];
        int taken = 0;
        while (taken < Senders * Each)
        {
            bool allSent = sending.IsCompleted;
            if (_line.TryDequeue(out var envelope))
            {
                var (sender, i) = ((int, int))envelope.Message;
                Assert.Equal(next[sender]++, i);
                taken++;
            }
            else
            {
                Assert.False(allSent, $"{taken} came, and the line is empty.");
                await Task.Yield();
            }
        }

        await sending;
        Assert.True(_line.IsEmpty);
    }

    [Fact]
    public void A_request_takes_no_memory_in_line()
    {
        var request = Request();
        Pass(request);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Pass(request);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static CommandRequest<StoreProtocol.Done> Request() => new(new StoreProtocol.CollectGuestHeap());

    private void Pass(StoreRequest request)
    {
        _line.Enqueue(new Envelope(request, ActorRefs.Nobody));
        Assert.True(_line.TryDequeue(out var envelope));
        Assert.Same(request, envelope.Message);
    }
}
