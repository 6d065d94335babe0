using System.Diagnostics;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Actors.Mailboxes;

/// <summary>
/// Messages on their way to a store's actor. Requests were counted in before they were sent; a command that comes as a
/// message is counted in
/// here, or answered that it was not. What its actor leaves behind is answered as well.
/// </summary>
internal sealed class StoreQueue : IMessageQueue, IUnboundedMessageQueueSemantics
{
    /// <summary>The end of a turn of one message.</summary>
    internal const long Once = -1;

    private readonly MailLine _messages;
    private volatile IMessageQueue? _deadLetters;
    private long _turnEnds;
    private bool _hasBegun;

    /// <param name="nobody">The sender of messages without one, as envelopes have it.</param>
    internal StoreQueue(IActorRef nobody) => _messages = new MailLine(nobody);

    /// <summary>The store that they are for; null until its actor has begun.</summary>
    internal StoreCell? Cell { get; private set; }

    /// <summary>By the store's actor when it begins: from here on commands are counted.</summary>
    internal void BelongTo(StoreCell cell)
    {
        Cell = cell;
        cell.CountsCommands = true;
    }

    public bool HasMessages => !_messages.IsEmpty;

    public int Count => _messages.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        if (envelope.Message is StoreProtocol.Command command)
        {
            if (Cell is not { } cell)
            {
                // Nobody has a handle yet: it was sent to a path.
                Answer(receiver, envelope, new StoreProtocol.Failed(WasmFailure.From(Refusals.Busy("The store is only just being made.", TimeSpan.FromMilliseconds(1)))));
                return;
            }

            if (command is StoreProtocol.Stop)
            {
                cell.AdmitInAnyCase(null); // a store whose queue is full can be stopped
            }
            else if (cell.TryAdmit(command, DeadlineOf(cell, command)) is { } refusal)
            {
                RuntimeTelemetry.Refused(refusal.Code);
                Answer(receiver, envelope, new StoreProtocol.Failed(WasmFailure.From(refusal)));
                return;
            }
        }

        _messages.Enqueue(envelope);
        if (_deadLetters is { } deadLetters)
        {
            AnswerAll(receiver, deadLetters); // its actor ended meanwhile, and looks no more
        }
    }

    /// <summary>The next message; none, though there are some, once the turn has taken too long while other stores
    /// wait, or was for one.</summary>
    public bool TryDequeue(out Envelope envelope)
    {
        if (_hasBegun && IsTurnOver())
        {
            envelope = default;
            return false;
        }

        _hasBegun = true;
        return _messages.TryDequeue(out envelope);
    }

    /// <summary>A turn begins that takes messages until a timestamp of the stopwatch if other stores wait then; one in
    /// any case. <see cref="Once"/> for one.</summary>
    internal void BeginTurn(long until)
    {
        _turnEnds = until;
        _hasBegun = false;
    }

    private bool IsTurnOver()
    {
        if (_turnEnds == Once)
        {
            BeginTurn(0); // not every turn is begun here
            return true;
        }

        return Cell is { Host.IsContended: true } && Stopwatch.GetTimestamp() >= _turnEnds;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        // Either this sees a message, or its sender sees this; the fence is for both, so that senders need none.
        _deadLetters = deadletters;
        Interlocked.MemoryBarrierProcessWide();
        AnswerAll(owner, deadletters);
    }

    // By one thread at a time: the line has one receiver.
    private void AnswerAll(IActorRef owner, IMessageQueue deadLetters)
    {
        while (TryDequeueLeft(out var envelope))
        {
            switch (envelope.Message)
            {
                case StoreRequest request:
                    request.FailGone();
                    break;
                case StoreProtocol.Command command:
                    Cell!.CommandLost();
                    Answer(owner, envelope, new StoreProtocol.Failed(WasmFailure.From(Cell.Gone())));
                    break;
                default:
                    deadLetters.Enqueue(owner, envelope);
                    break;
            }
        }
    }

    private bool TryDequeueLeft(out Envelope envelope)
    {
        lock (_messages)
        {
            return _messages.TryDequeue(out envelope);
        }
    }

    private static void Answer(IActorRef store, in Envelope envelope, object reply) => envelope.Sender?.Tell(reply, store);

    private static long DeadlineOf(StoreCell cell, StoreProtocol.Command command) => command.Within is null ? long.MaxValue : cell.DeadlineOf(command.Within);
}
