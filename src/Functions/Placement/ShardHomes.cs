using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using WasmActors.Functions.Telemetry;
using AkkaCluster = Akka.Cluster.Cluster;

namespace WasmActors.Functions.Placement;

/// <summary>
/// Makes the node's region learn where every shard is, again and again while nodes come and go, and counts the node's shards. A region forgets a home
/// when the shard is handed over and asks the coordinator at the next call. While the coordinator itself moves, that call would wait for a second or two.
/// </summary>
internal sealed class ShardHomes : UntypedActor, IWithTimers
{
    private const int Parts = 8; // of the marks, one after the other: all of them at once would hold calls up
    private const int QuietRounds = 50; // between two counts while nothing changes

    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(30); // after the last node has come or gone, shards are even

    private readonly ClosedNodes _closed;
    private readonly IActorRef _region;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<ShardRegion.StartEntity> _marks;
    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private long _changedAt;
    private long _round;
    private int _shards;

    public ShardHomes(ClosedNodes closed, IActorRef region, FunctionEntity entities, TimeProvider clock)
    {
        _closed = closed;
        _region = region;
        _clock = clock;
        _marks = [.. entities.Marks().Select(static id => new ShardRegion.StartEntity(id))];
        _changedAt = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer(nameof(Round), Round.Instance, s_round);
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Count(0);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.IMemberEvent:
                _changedAt = _clock.GetTimestamp();
                break;
            case Round:
                OnRound();
                break;
            case ShardRegionStats stats:
                Count(stats.Stats.Count + stats.Failed.Count);
                break;
            case ClusterEvent.CurrentClusterState:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnRound()
    {
        bool changing = _closed.Any || _clock.GetElapsedTime(_changedAt) < s_settled;
        if (changing && _cluster.SelfMember.Status is (MemberStatus.Up or MemberStatus.Leaving) && HasOthers())
        {
            for (int i = (int)(_round % Parts); i < _marks.Count; i += Parts)
            {
                _region.Tell(_marks[i], ActorRefs.NoSender);
            }
        }

        if (_round++ % (changing ? Parts : QuietRounds) == 0)
        {
            _region.Tell(GetShardRegionStats.Instance);
        }
    }

    // A node alone has no homes to learn, and a mark that comes while it stops would make a shard anew that nobody takes over.
    private bool HasOthers() => _cluster.State.Members.Any(m => m.Status == MemberStatus.Up && !m.UniqueAddress.Equals(_cluster.SelfUniqueAddress));

    private void Count(int shards)
    {
        FunctionMetrics.ShardsChanged(shards - _shards);
        _shards = shards;
    }

    private sealed class Round : INoSerializationVerificationNeeded
    {
        internal static Round Instance { get; } = new();
    }
}
