using Akka.Actor;
using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Mailboxes;

/// <summary>
/// Messages in the order in which they were sent: by any thread, to one receiver at a time. A
/// <see cref="StoreRequest"/> is its own link, so
/// that a call allocates nothing; anything else gets one.
/// </summary>
/// <remarks>
/// Each store has one, and there may be very many: an idle line takes 50 bytes; a <c>ConcurrentQueue</c> begins with
/// 1.1 KB. The links are those
/// of D. Vyukov's intrusive queue: a sender exchanges the tail and then links its predecessor to itself; between these
/// two steps
/// what it sent is not seen yet, but it schedules the receiver only after both.
/// </remarks>
internal sealed class MailLine : Mail
{
    private readonly IActorRef _nobody;
    private Mail _first;
    private Mail _last;

    /// <param name="nobody">The sender of messages without one, as envelopes have it.</param>
    internal MailLine(IActorRef nobody)
    {
        _nobody = nobody;
        _first = this; // it stands in for the link before the first
        _last = this;
    }

    /// <summary>Whether there is a message; on other threads than the receiver's, as it was a moment ago.</summary>
    internal bool IsEmpty => ReferenceEquals(Volatile.Read(ref _first), this) && Volatile.Read(ref this.Next) is null;

    /// <summary>How many messages there are; exact only while nobody sends or receives.</summary>
    internal int Count
    {
        get
        {
            int count = 0;
            for (var mail = Volatile.Read(ref _first); mail is not null; mail = Volatile.Read(ref mail.Next))
            {
                count += ReferenceEquals(mail, this) ? 0 : 1;
            }

            return count;
        }
    }

    /// <summary>Puts a message at the end; on any thread.</summary>
    internal void Enqueue(in Envelope envelope) =>
        Push(envelope.Message is StoreRequest request && ReferenceEquals(envelope.Sender, _nobody) ? request : new Letter(envelope));

    /// <summary>Takes the first message; by the receiver only.</summary>
    internal bool TryDequeue(out Envelope envelope)
    {
        if (Pop() is not { } mail)
        {
            envelope = default;
            return false;
        }

        envelope = mail is Letter letter ? letter.Envelope : new Envelope(mail, _nobody);
        return true;
    }

    private void Push(Mail mail)
    {
        mail.Next = null;
        var before = Interlocked.Exchange(ref _last, mail);
        Volatile.Write(ref before.Next, mail);
    }

    private Mail? Pop()
    {
        var first = _first;
        var next = Volatile.Read(ref first.Next);
        if (ReferenceEquals(first, this))
        {
            if (next is null)
            {
                return null;
            }

            first = next;
            Volatile.Write(ref _first, first);
            next = Volatile.Read(ref first.Next);
        }

        if (next is null)
        {
            // The last one can leave only when something stands behind it.
            if (ReferenceEquals(first, Volatile.Read(ref _last)))
            {
                Push(this);
            }

            next = WaitForNext(first);
        }

        Volatile.Write(ref _first, next);
        first.Next = null;
        return first;
    }

    // A sender is between its two steps, unless it is this thread itself.
    private static Mail WaitForNext(Mail mail)
    {
        var spinner = default(SpinWait);
        Mail? next;
        while ((next = Volatile.Read(ref mail.Next)) is null)
        {
            spinner.SpinOnce();
        }

        return next;
    }

    /// <summary>A message that is no link itself.</summary>
    private sealed class Letter(in Envelope envelope) : Mail
    {
        internal readonly Envelope Envelope = envelope;
    }
}
