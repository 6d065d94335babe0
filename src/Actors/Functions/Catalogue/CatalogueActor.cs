using Akka.Actor;
using Akka.Pattern;
using Akka.Persistence;
using Serilog;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using static WasmActors.Actors.Functions.Catalogue.CatalogueProtocol;

namespace WasmActors.Actors.Functions.Catalogue;

/// <summary>
/// Writes the catalogue: takes one command at a time, stores its event, answers, and tells the nodes that follow. One in a cluster;
/// should there ever be two, the journal takes the events of one only, and the other begins again from what is stored.
/// </summary>
internal sealed class CatalogueActor : UntypedPersistentActor
{
    /// <summary>Entries in one message to a follower: with <see cref="FunctionSpec.MaxBytes"/> and <see cref="FunctionEntry.MaxVersions"/>
    /// a message stays below the frame that config/wasmactors.conf allows.</summary>
    internal const int EntriesAtOnce = 2;

    private const int MaxFollowers = 1_000;

    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly HashSet<IActorRef> _followers = [];
    private CatalogueState _state = CatalogueState.Empty;

    private CatalogueActor(TimeProvider clock, ILogger log)
    {
        _clock = clock;
        _log = log;
        SnapshotPluginId = "akka.persistence.no-snapshot-store"; // the default one makes a folder where the program was started
    }

    /// <inheritdoc/>
    public override string PersistenceId => "wasmactors-catalogue";

    /// <summary>The actor under a supervisor that starts it again when the journal fails, and answers commands meanwhile.</summary>
    internal static Props Props(TimeProvider clock, ILogger log) => BackoffSupervisor.Props(
        Backoff.OnStop(
                Akka.Actor.Props.CreateBy(new Maker(clock, log)),
                "writer",
                minBackoff: TimeSpan.FromMilliseconds(200),
                maxBackoff: TimeSpan.FromSeconds(10),
                randomFactor: 0.2,
                maxNrOfRetries: -1)
            .WithReplyWhileStopped(Unavailable("its journal could not be used and is tried again soon")));

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Command command:
                Carry(command);
                break;
            case Follow follow:
                Tell(Sender, follow.Revision);
                Remember(Sender);
                break;
            case Terminated terminated:
                _followers.Remove(terminated.ActorRef);
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
            case CatalogueEvent happened:
                _state = _state.Apply(happened);
                break;
            case RecoveryCompleted:
                _log.Information("The catalogue is at revision {Revision}", _state.Revision);
                break;
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        _log.Error(reason, "The catalogue cannot be read from its journal");

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "The catalogue's journal did not take revision {Revision}", _state.Revision + 1);
        Sender.Tell(Unavailable("its journal failed; whether the change was stored will be seen in the list of functions"));
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "The catalogue's journal refused revision {Revision}", _state.Revision + 1);
        Sender.Tell(Unavailable("its journal refused the change"));
    }

    private static Refused Unavailable(string why) =>
        new(new WasmFailure(FunctionErrorCode.CatalogueUnavailable, $"The catalogue cannot be changed at the moment: {why}."));

    private void Carry(Command command)
    {
        CatalogueEvent? decided;
        try
        {
            decided = _state.Decide(command, _clock.GetUtcNow());
        }
        catch (WasmError refused)
        {
            Sender.Tell(new Refused(WasmFailure.From(refused)));
            return;
        }

        if (decided is null)
        {
            Sender.Tell(Accept(command));
            return;
        }

        Persist(decided, happened =>
        {
            long before = _state.Revision;
            _state = _state.Apply(happened);
            _log.Information("Catalogue revision {Revision}: {Command}", _state.Revision, Describe(command));
            Sender.Tell(Accept(command));
            foreach (var follower in _followers)
            {
                Tell(follower, before);
            }
        });
    }

    private Accepted Accept(Command command)
    {
        var entry = _state.Find(NameOf(command))!;
        return new Accepted(_state.Revision, entry.Active);
    }

    private string Describe(Command command)
    {
        string name = NameOf(command);
        int active = _state.Find(name)!.Active;
        return active == 0 ? $"{name} was deleted" : $"{name} has version {active}";
    }

    private static string NameOf(Command command) => command switch
    {
        CatalogueProtocol.Deploy deploy => deploy.Spec.Name,
        Activate activate => activate.Name,
        Delete delete => delete.Name,
        _ => throw new ArgumentException($"{command.GetType().Name} is no command of the catalogue.", nameof(command)),
    };

    private void Tell(IActorRef follower, long since)
    {
        bool startsOver = since > _state.Revision;
        since = startsOver ? 0 : since;
        var entries = _state.ChangedAfter(since).Take(EntriesAtOnce + 1).ToList();
        bool more = entries.Count > EntriesAtOnce;
        if (more)
        {
            entries.RemoveAt(EntriesAtOnce);
        }

        follower.Tell(new Changes(since, more ? entries[^1].Revision : _state.Revision, more, startsOver, entries));
    }

    private void Remember(IActorRef follower)
    {
        if (_followers.Count < MaxFollowers && _followers.Add(follower))
        {
            Context.Watch(follower);
        }
    }

    private sealed class Maker(TimeProvider clock, ILogger log) : IIndirectActorProducer
    {
        public Type ActorType => typeof(CatalogueActor);

        public ActorBase Produce() => new CatalogueActor(clock, log);

        public void Release(ActorBase actor)
        {
        }
    }
}
