using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using static WasmActors.Functions.Placement.PlacementProtocol;
using AkkaCluster = Akka.Cluster.Cluster;

namespace WasmActors.Functions.Placement;

/// <summary>
/// Hears which nodes are about to leave, and empties this one before it leaves: says so to all, until they have its shards. Akka alone hands all shards of a node over at
/// once, and the last of them would wait for seconds. An empty node stays for a moment, in which the others learn where its shards are: the coordinator may go with it.
/// </summary>
internal sealed class DepartureActor : UntypedActor, IWithTimers
{
    /// <summary>Its name among the top actors of each node.</summary>
    internal const string Name = "wasm-departures";

    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_known = TimeSpan.FromSeconds(1.2); // ShardHomes has asked for all of them within 0.8 s

    private readonly ClosedNodes _closed;
    private readonly IActorRef _region;
    private readonly TimeProvider _clock;
    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private TaskCompletionSource? _empty;
    private int? _shards;
    private long _progressAt;

    public DepartureActor(ClosedNodes closed, IActorRef region, TimeProvider clock)
    {
        _closed = closed;
        _region = region;
        _clock = clock;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _cluster.Subscribe(Self, typeof(ClusterEvent.MemberRemoved));

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _empty?.TrySetResult();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Departing departing:
                _closed.Leaves(new UniqueAddress(Sender.Path.Address.HasLocalScope ? _cluster.SelfAddress : Sender.Path.Address, departing.Uid));
                break;
            case ClusterEvent.MemberRemoved removed:
                _closed.Remove(removed.Member.UniqueAddress);
                break;
            case ClusterEvent.CurrentClusterState:
                break;
            case Depart depart:
                _empty = depart.Empty;
                _progressAt = _clock.GetTimestamp();
                Timers.StartPeriodicTimer(nameof(Announce), Announce.Instance, TimeSpan.Zero, s_round);
                break;
            case Announce:
                OnAnnounce();
                break;
            case ShardRegionStats stats:
                OnStats(stats.Stats.Count + stats.Failed.Count); // a shard that does not answer in time is there all the same
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAnnounce()
    {
        var others = _cluster.State.Members.Where(m => m.Status == MemberStatus.Up && !m.UniqueAddress.Equals(_cluster.SelfUniqueAddress)).ToList();
        if (others.TrueForAll(m => _closed.Has(m.UniqueAddress)) || _clock.GetElapsedTime(_progressAt) > s_patience)
        {
            End(); // nobody takes them, or not now: Akka's own way is left
            return;
        }

        _closed.Leaves(_cluster.SelfUniqueAddress);
        foreach (var member in others)
        {
            Context.ActorSelection(new RootActorPath(member.Address) / "user" / Name).Tell(new Departing(_cluster.SelfUniqueAddress.Uid));
        }

        _region.Tell(GetShardRegionStats.Instance);
    }

    private void OnStats(int shards)
    {
        if (_shards is null || shards < _shards)
        {
            _shards = shards;
            _progressAt = _clock.GetTimestamp();
        }

        if (shards == 0 && _clock.GetElapsedTime(_progressAt) >= s_known)
        {
            End();
        }
    }

    private void End()
    {
        Timers.CancelAll();
        _empty?.TrySetResult();
    }

    /// <summary>This node is about to leave.</summary>
    /// <param name="Empty">Done as soon as it has no shards, or does not get rid of them this way.</param>
    internal sealed record Depart(TaskCompletionSource Empty) : INoSerializationVerificationNeeded;

    private sealed class Announce : INoSerializationVerificationNeeded
    {
        internal static Announce Instance { get; } = new();
    }
}
