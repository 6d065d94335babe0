using Akka.Actor;
using Akka.Persistence;

namespace WasmActors.Functions.Catalogue;

/// <summary>
/// Reads the highest sequence number of the catalogue's journal once, answers its parent with <see cref="Read"/> or
/// <see cref="Unreadable"/>, and stops.
/// </summary>
internal sealed class JournalTip : ReceiveActor
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly IActorRef _journal;
    private readonly string _persistenceId;
    private readonly long _known;

    /// <param name="journal">The journal.</param>
    /// <param name="persistenceId">Of what.</param>
    /// <param name="known">A sequence number that it has at least.</param>
    /// <param name="context">Is returned with the answer.</param>
    public JournalTip(IActorRef journal, string persistenceId, long known, object? context)
    {
        _journal = journal;
        _persistenceId = persistenceId;
        _known = known;
        Receive<RecoverySuccess>(tip => Answer(new Read(Math.Max(tip.HighestSequenceNr, _known), context)));
        Receive<ReplayMessagesFailure>(failure => Answer(new Unreadable(failure.Cause, context)));
        Receive<ReceiveTimeout>(_ => Answer(new Unreadable(
            new TimeoutException($"The journal did not answer within {s_patience.TotalSeconds} s."),
            context)));
        Receive<ReplayedMessage>(static _ => { }); // the highest number comes after it
    }

    protected override void PreStart()
    {
        SetReceiveTimeout(s_patience);
        _journal.Tell(new ReplayMessages(_known + 1, long.MaxValue, 1, _persistenceId, Self));
    }

    private void Answer(object answer)
    {
        Context.Parent.Tell(answer);
        Context.Stop(Self);
    }

    /// <summary>The highest sequence number that is stored.</summary>
    internal sealed record Read(long SequenceNr, object? Context) : INoSerializationVerificationNeeded;

    /// <summary>It could not be read.</summary>
    internal sealed record Unreadable(Exception Cause, object? Context) : INoSerializationVerificationNeeded;
}
