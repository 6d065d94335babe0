using Akka.Actor;

namespace WasmActors.Functions.Calls;

/// <summary>Asks a client's nodes each second whether they are there.</summary>
internal sealed class ContactWatcher : UntypedActor, IWithTimers
{
    /// <summary>How long a node counts as there after an answer.</summary>
    internal static readonly TimeSpan Lately = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);

    private readonly Contacts _contacts;

    public ContactWatcher(Contacts contacts) => _contacts = contacts;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Ask();
        Timers.StartPeriodicTimer(nameof(AskAgain), AskAgain.Instance, s_round);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ActorIdentity { Subject: not null, MessageId: int gate }:
                _contacts.Heard(gate, TimeProvider.System.GetTimestamp());
                break;
            case ActorIdentity:
                break; // the node is there, and does not host functions yet or any more
            case AskAgain:
                Ask();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Ask()
    {
        for (int gate = 0; gate < _contacts.Gates.Count; gate++)
        {
            _contacts.Gates[gate].Tell(new Identify(gate));
        }
    }

    private sealed class AskAgain : INoSerializationVerificationNeeded
    {
        internal static AskAgain Instance { get; } = new();
    }
}
