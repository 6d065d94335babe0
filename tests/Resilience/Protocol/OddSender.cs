using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Protocol;

/// <summary>Sends messages to one store's actor, one command after the other, and judges each answer: one, with a result or a code.</summary>
internal sealed class OddSender : ReceiveActor
{
    private readonly IActorRef _store;
    private readonly OddMessages _messages;
    private readonly OddTally _tally;
    private readonly TaskCompletionSource _done;
    private long _left;
    private StoreProtocol.Command? _sent;

    public OddSender(IActorRef store, OddMessages messages, OddTally tally, long count, TaskCompletionSource done)
    {
        (_store, _messages, _tally, _left, _done) = (store, messages, tally, count, done);
        Context.SetReceiveTimeout(ScenarioRun.Patience);
        Receive<ReceiveTimeout>(_ => Lost());
        ReceiveAny(OnAnswer);
    }

    protected override void PreStart() => SendNext();

    private void SendNext()
    {
        if (_left-- <= 0)
        {
            _done.TrySetResult();
            return;
        }

        if (_left % 8 == 0)
        {
            _tally.Strayed();
            _store.Tell(_messages.Stray());
        }

        _sent = _messages.Next();
        _store.Tell(_sent);
    }

    private void OnAnswer(object answer)
    {
        if (_sent is not { } sent)
        {
            _tally.Wrong($"a second answer: {answer}");
            return;
        }

        _sent = null;
        _tally.Answered(sent, answer);
        SendNext();
    }

    private void Lost()
    {
        if (_sent is { } sent)
        {
            _tally.Wrong($"{sent} was not answered within {ScenarioRun.Patience}");
            OnAnswer(new StoreProtocol.Failed(new WasmFailure("none", "none")));
        }
    }
}
