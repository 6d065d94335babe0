using Akka.Actor;
using Akka.Pattern;
using Akka.Persistence;
using Serilog;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using static WasmActors.Actors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Actors.Functions.Catalogue;

/// <summary>Writes the catalogue: takes one command at a time, stores its event, answers, and announces it to the followers. A cluster has one.</summary>
/// <remarks>
/// There can be two writers for a while, if a node was paused or cut off, or if two hosts have the same database. The journal is the fence between
/// them: it stores each sequence number once, and a writer stores <see cref="CatalogueOpened"/> before its first change. The next write of
/// the earlier writer then fails. It starts again, finds the other writer in the journal, and rejects commands. An answer that stores
/// nothing is given only if the journal has no event that this writer has not read.
/// </remarks>
internal sealed class CatalogueActor : UntypedPersistentActor
{
    private const int MaxFollowers = 1_000;
    private const string NoSnapshots = "akka.persistence.no-snapshot-store";
    private const string LocalSnapshots = "akka.persistence.snapshot-store.local"; // Akka's default: a folder where the program was started

    private readonly CatalogueWriterOptions _options;
    private readonly ILogger _log;
    private readonly WriterMemory _memory;
    private readonly HashSet<IActorRef> _followers = [];
    private readonly bool _withoutSnapshot;
    private CatalogueReplay _replay = new();
    private CatalogueState _state = CatalogueState.Empty;
    private long _lastRead;
    private long _snapshotAt;
    private long _snapshotTried;
    private string? _rival;
    private long _lostSince;
    private ICancelable? _checks;

    private CatalogueActor(CatalogueWriterOptions options, WriterMemory memory)
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
    public override Recovery Recovery => _withoutSnapshot ? new Recovery(SnapshotSelectionCriteria.None) : Recovery.Default;

    /// <summary>The actor under a supervisor that starts it again when the journal fails, and answers commands meanwhile.</summary>
    internal static Props Props(CatalogueWriterOptions options) => BackoffSupervisor.Props(
        Backoff.OnStop(
                Akka.Actor.Props.CreateBy(new Maker(options)),
                "writer",
                minBackoff: TimeSpan.FromMilliseconds(200),
                maxBackoff: TimeSpan.FromSeconds(10),
                randomFactor: 0.2,
                maxNrOfRetries: -1)
            .WithReplyWhileStopped(Unavailable("its journal is being read again: try again soon")));

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
                Answer(Sender, follow.Revision);
                Remember(Sender);
                break;
            case Check when _rival is null:
                Context.ActorOf(Akka.Actor.Props.Create(() => new JournalTip(Journal, PersistenceId, LastSequenceNr, null)));
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
                _log.Warning(failed.Cause, "The catalogue's snapshot was not stored: the next start reads more of the journal");
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
        _log.Error(reason, "The catalogue cannot be read from its journal{Snapshot}", _withoutSnapshot ? "" : " and snapshot; the next attempt reads the journal only");
        _memory.WithoutSnapshot = !_withoutSnapshot; // a damaged snapshot must not keep out the journal, which has everything
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "The catalogue's journal did not store revision {Revision}: it failed, or another writer was first", _state.Revision + 1);
        if (@event is CatalogueEvent)
        {
            Sender.Tell(Unavailable("its journal failed, or another node writes it; whether the change was stored will be seen in the list of functions"));
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

    private static Refused Unavailable(string why) =>
        new(new WasmFailure(FunctionErrorCode.CatalogueUnavailable, $"The catalogue cannot be changed at the moment: {why}."));

    // Akka's replay filter withholds what an earlier writer stored after a later one. Nothing that is stored may be passed over.
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
        $"The catalogue's journal withholds events: after event {_lastRead} comes {next}. Set replay-filter.mode = off for the journal; if it is off, restore the database.");

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
                "The catalogue's journal has {Count} changes under revisions that were given before, from revision {Revision} on. Earlier versions lost them at a start. All are kept now, in the order in which they were stored; look at {Functions}",
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
            _log.Error("Another node, {Writer}, writes the catalogue. This one rejects changes: it was paused or cut off, or two hosts use one database", _rival);
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
        _checks = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(_options.CheckEvery, _options.CheckEvery, Self, Check.Instance, Self);
        SaveSnapshotIfDue();
    }

    private void GiveWay(Command command)
    {
        bool over = _options.Clock.GetElapsedTime(_lostSince) >= _options.GiveWayFor;
        Sender.Tell(Unavailable($"another node, {_rival}, writes it{(over ? ", but has been silent; this one takes over now: try again soon" : "")}"));
        if (over)
        {
            _log.Warning("{Command} came while another node was thought to write the catalogue: the journal is read again", command.GetType().Name);
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
            _log.Information("Catalogue revision {Revision}: {Change}", _state.Revision, Describe(happened));
            Sender.Tell(Accept(command));
            var changes = new Changes(before, _state.Revision, false, false, [_state.Find(happened.Subject)!]);
            foreach (var follower in _followers)
            {
                follower.Tell(changes);
            }

            SaveSnapshotIfDue();
        });
    }

    private void AnswerWhenConfirmed(Command command, object answer)
    {
        var unconfirmed = new Unconfirmed(Sender, command, answer, LastSequenceNr);
        Context.ActorOf(Akka.Actor.Props.Create(() => new JournalTip(Journal, PersistenceId, LastSequenceNr, unconfirmed)));
    }

    // What the journal has beyond this writer's own events is another writer's.
    private void Confirm(JournalTip.Read tip)
    {
        var unconfirmed = tip.Context as Unconfirmed;
        if (tip.SequenceNr > LastSequenceNr)
        {
            unconfirmed?.Sender.Tell(Unavailable("another node has written it; the journal is being read again: try again soon"));
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

    private Accepted Accept(Command command) => new(_state.Revision, _state.Find(NameOf(command))!.Active);

    private string Describe(CatalogueEvent happened)
    {
        int active = _state.Find(happened.Subject)!.Active;
        return active == 0 ? $"{happened.Subject} was deleted" : $"{happened.Subject} has version {active}";
    }

    private static string NameOf(Command command) => command switch
    {
        CatalogueProtocol.Deploy deploy => deploy.Spec.Name,
        Activate activate => activate.Name,
        Delete delete => delete.Name,
        _ => throw new ArgumentException($"{command.GetType().Name} is no command of the catalogue.", nameof(command)),
    };

    private void Answer(IActorRef follower, long since) => follower.Tell(CataloguePages.Next(_state, since));

    private void Remember(IActorRef follower)
    {
        if (_followers.Count < MaxFollowers && _followers.Add(follower))
        {
            Context.Watch(follower);
        }
    }

    private void SaveSnapshotIfDue()
    {
        if (SnapshotPluginId != NoSnapshots && LastSequenceNr - Math.Max(_snapshotAt, _snapshotTried) >= Math.Max(_options.SnapshotEvery, _state.Count / 4))
        {
            _snapshotTried = LastSequenceNr;
            SaveSnapshot(new CatalogueSnapshot(_state.Revision, _memory.Epoch, _memory.Writer, [.. _state.ChangedAfter(0)]));
        }
    }

    private sealed record Unconfirmed(IActorRef Sender, Command Command, object Answer, long DecidedAt);

    private sealed class Check : INoSerializationVerificationNeeded
    {
        internal static Check Instance { get; } = new();
    }

    private sealed class Maker(CatalogueWriterOptions options) : IIndirectActorProducer
    {
        private readonly WriterMemory _memory = new();

        public Type ActorType => typeof(CatalogueActor);

        public ActorBase Produce() => new CatalogueActor(options, _memory);

        public void Release(ActorBase actor)
        {
        }
    }
}
