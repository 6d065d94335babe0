using Akka.Actor;
using Akka.Persistence;
using Serilog;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Functions.Catalogue;

/// <summary>Writes the catalogue: takes one command at a time, stores its event, answers, and announces it to the
/// followers. A cluster has one.</summary>
/// <remarks>
/// There can be two writers for a while, if a node was paused or cut off, or if two hosts have the same database. The
/// journal is the fence between them: it stores each sequence number once, and a writer stores
/// <see cref="CatalogueOpened"/> before its first change. The next write of the earlier writer then fails. It starts
/// again, finds the other writer in the journal, and rejects commands. An answer that stores nothing is given only if
/// the journal has no event that this writer has not read.
/// </remarks>
internal sealed class CatalogueActor : UntypedPersistentActor
{
    private const string NoSnapshots = "akka.persistence.no-snapshot-store";
    // Akka's default: a folder where the program was started.
    private const string LocalSnapshots = "akka.persistence.snapshot-store.local";

    private readonly CatalogueWriterOptions _options;
    private readonly ILogger _log;
    private readonly WriterMemory _memory;
    private readonly CatalogueFollowers _followers = new();
    private readonly bool _withoutSnapshot;
    private CatalogueReplay _replay = new();
    private CatalogueState _state = CatalogueState.Empty;
    private long _lastRead;
    private long _snapshotAt;
    private long _snapshotTried;
    private string? _rival;
    private long _lostSince;
    private ICancelable? _checks;

    internal CatalogueActor(CatalogueWriterOptions options, WriterMemory memory)
    {
        _options = options;
        _log = options.Log;
        _memory = memory;
        memory.BelongTo(Context.Parent, ((ExtendedActorSystem)Context.System).Provider.DefaultAddress);
        _withoutSnapshot = memory.WithoutSnapshot;
        string? plugin = Context.System.Settings.Config.GetString("akka.persistence.snapshot-store.plugin", "");
        SnapshotPluginId = plugin is null or "" or LocalSnapshots ? NoSnapshots : plugin;
    }

    /// <inheritdoc/>
    public override string PersistenceId => "wasmactors-catalogue";

    /// <inheritdoc/>
    public override Recovery Recovery =>
        _withoutSnapshot ? new Recovery(SnapshotSelectionCriteria.None) : Recovery.Default;

    protected override void PostStop()
    {
        _checks?.Cancel();
        base.PostStop();
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Command command when _rival is not null:
                GiveWay(command);
                break;
            case Command command:
                Execute(command);
                break;
            case Follow follow:
                Sender.Tell(CataloguePages.Next(_state, follow.Revision));
                _followers.Add(Sender, Context);
                break;
            case Check when _rival is null:
                ReadTip(null);
                break;
            case JournalTip.Read tip:
                Confirm(tip);
                break;
            case JournalTip.Unreadable { Context: Unconfirmed unconfirmed } unreadable:
                _log.Warning(unreadable.Cause, "The catalogue's journal does not answer");
                unconfirmed.Sender.Tell(Unavailable("its journal does not answer"));
                break;
            case Terminated terminated:
                _followers.Remove(terminated.ActorRef);
                break;
            case SaveSnapshotSuccess saved:
                _snapshotAt = saved.Metadata.SequenceNr;
                DeleteSnapshots(new SnapshotSelectionCriteria(_snapshotAt - 1));
                break;
            case SaveSnapshotFailure failed:
                _log.Warning(failed.Cause, "The catalogue's snapshot was not stored: a start reads more of the journal");
                break;
            case Check or JournalTip.Unreadable or DeleteSnapshotsSuccess or DeleteSnapshotsFailure:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: CatalogueSnapshot snapshot } offer:
                _replay = new CatalogueReplay(snapshot);
                _lastRead = _snapshotAt = offer.Metadata.SequenceNr;
                break;
            case SnapshotOffer { Snapshot: var unknown }:
                throw new InvalidOperationException($"The catalogue's snapshot is a {unknown.GetType().Name}.");
            case CatalogueEvent happened:
                Follows();
                _replay.Apply(happened);
                break;
            case CatalogueOpened opened:
                Follows();
                _replay.Apply(opened);
                break;
            case RecoveryCompleted:
                Begin();
                break;
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _log.Error(
            reason,
            "The catalogue cannot be read from its journal{Snapshot}",
            _withoutSnapshot ? "" : " and snapshot; the next attempt reads the journal only");

        // A damaged snapshot must not keep out the journal, which has everything.
        _memory.WithoutSnapshot = !_withoutSnapshot;
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(
            cause,
            "The catalogue's journal did not store revision {Revision}: it failed, or another writer was first",
            _state.Revision + 1);
        if (@event is CatalogueEvent)
        {
            Sender.Tell(Unavailable(
                "its journal failed, or another node writes it; the list of functions will show whether the change was stored"));
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "The catalogue's journal rejected revision {Revision}", _state.Revision + 1);
        if (@event is CatalogueEvent)
        {
            Sender.Tell(Unavailable("its journal rejected the change"));
        }

        Context.Stop(Self); // the next one starts with the sequence number that was not stored
    }

    /// <summary>Returns the answer to a command that is rejected for now.</summary>
    internal static Refused Unavailable(string why) => new(new WasmFailure(
        FunctionErrorCode.CatalogueUnavailable,
        $"The catalogue cannot be changed at the moment: {why}."));

    // Akka's replay filter withholds what an earlier writer stored after a later one. Nothing that is stored may be
    // passed over.
    private void Follows()
    {
        if (_replay.Epoch > 0 && LastSequenceNr != _lastRead + 1)
        {
            throw Withheld(LastSequenceNr);
        }

        _lastRead = LastSequenceNr;
    }

    private WasmError Withheld(long next) => new(
        FunctionErrorCode.CatalogueUnavailable,
        $"The catalogue's journal withholds events: after event {_lastRead} comes {next}. "
        + "Set replay-filter.mode = off for the journal; if it is off, restore the database.");

    private void Begin()
    {
        if (LastSequenceNr != _lastRead)
        {
            OnRecoveryFailure(Withheld(LastSequenceNr + 1));
            Context.Stop(Self);
            return;
        }

        _memory.WithoutSnapshot = false;
        if (_replay.Repeated > 0)
        {
            _log.Error(
                "The catalogue's journal has {Count} changes under revisions that were given before, from revision {Revision} on. "
                + "Earlier versions lost them at a start. All are kept now, in the order in which they were stored; look at {Functions}",
                _replay.Repeated,
                _replay.FirstRepeated,
                _replay.RepeatedNames.Take(20));
        }

        _replay.Seal();
        _state = _replay.State;
        if (_replay.Epoch > 0 && _replay.Writer == _memory.Writer)
        {
            Opened();
        }
        else if (_memory.Epoch > 0 && _replay.Epoch > _memory.Epoch && _memory.LostAt != LastSequenceNr)
        {
            _memory.LostAt = LastSequenceNr;
            _rival = _replay.Writer;
            _lostSince = _options.Clock.GetTimestamp();
            _log.Error(
                "Another node, {Writer}, writes the catalogue. This one rejects changes: it was paused or cut off, or two hosts "
                + "use one database",
                _rival);
        }
        else
        {
            Persist(new CatalogueOpened(_replay.Epoch + 1, _state.Revision, _memory.Writer, _replay.Repeated), opened =>
            {
                _replay.Apply(opened);
                Opened();
            });
        }
    }

    private void Opened()
    {
        (_memory.Epoch, _memory.LostAt) = (_replay.Epoch, 0);
        _log.Information("The catalogue is at revision {Revision}, with writer {Epoch}", _state.Revision, _replay.Epoch);
        _replay = new CatalogueReplay(); // what it has read is the state now
        var every = _options.CheckEvery;
        _checks = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(every, every, Self, Check.Instance, Self);
        SaveSnapshotIfDue();
    }

    private void GiveWay(Command command)
    {
        bool over = _options.Clock.GetElapsedTime(_lostSince) >= _options.GiveWayFor;
        string silent = over ? ", but has been silent; this one takes over now: try again soon" : "";
        Sender.Tell(Unavailable($"another node, {_rival}, writes it{silent}"));
        if (over)
        {
            _log.Warning("The catalogue's other writer, {Writer}, is silent: the journal is read again for {Function}", _rival, command.Subject);
            Context.Stop(Self);
        }
    }

    private void Execute(Command command)
    {
        CatalogueEvent? decided;
        try
        {
            decided = _state.Decide(command, _options.Clock.GetUtcNow(), _options.MaxFunctions);
        }
        catch (WasmError refused)
        {
            AnswerWhenConfirmed(command, new Refused(WasmFailure.From(refused)));
            return;
        }

        if (decided is null)
        {
            AnswerWhenConfirmed(command, Accept(command));
            return;
        }

        Persist(decided, happened =>
        {
            long before = _state.Revision;
            _state = _state.Apply(happened);
            var accepted = Accept(command);
            string change = accepted.Number == 0 ? "was deleted" : $"has version {accepted.Number}";
            _log.Information("Catalogue revision {Revision}: {Function} {Change}", _state.Revision, happened.Subject, change);
            Sender.Tell(accepted);
            _followers.Announce(new Changes(before, _state.Revision, false, false, [_state.Find(happened.Subject)!]));
            SaveSnapshotIfDue();
        });
    }

    private void AnswerWhenConfirmed(Command command, object answer) =>
        ReadTip(new Unconfirmed(Sender, command, answer, LastSequenceNr));

    private void ReadTip(Unconfirmed? unconfirmed) =>
        Context.ActorOf(Props.Create(() => new JournalTip(Journal, PersistenceId, LastSequenceNr, unconfirmed)));

    // What the journal has beyond this writer's own events is another writer's.
    private void Confirm(JournalTip.Read tip)
    {
        var unconfirmed = tip.Context as Unconfirmed;
        if (tip.SequenceNr > LastSequenceNr)
        {
            unconfirmed?.Sender.Tell(Unavailable("another node has written it; its journal is read again: try again soon"));
            _log.Warning("Another node has written the catalogue: the journal is read again");
            Context.Stop(Self);
        }
        else if (unconfirmed is not null && tip.SequenceNr == unconfirmed.DecidedAt)
        {
            unconfirmed.Sender.Tell(unconfirmed.Answer);
        }
        else if (unconfirmed is not null)
        {
            Self.Tell(unconfirmed.Command, unconfirmed.Sender); // it was decided on an older state
        }
    }

    private Accepted Accept(Command command) => new(_state.Revision, _state.Find(command.Subject)!.Active);

    private void SaveSnapshotIfDue()
    {
        long events = LastSequenceNr - Math.Max(_snapshotAt, _snapshotTried);
        if (SnapshotPluginId != NoSnapshots && events >= Math.Max(_options.SnapshotEvery, _state.Count / 4))
        {
            _snapshotTried = LastSequenceNr;
            var entries = _state.ChangedAfter(0).ToList();
            SaveSnapshot(new CatalogueSnapshot(_state.Revision, _memory.Epoch, _memory.Writer, entries));
        }
    }

    private sealed record Unconfirmed(IActorRef Sender, Command Command, object Answer, long DecidedAt);

    private sealed class Check : INoSerializationVerificationNeeded
    {
        internal static Check Instance { get; } = new();
    }
}
