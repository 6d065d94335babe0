using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Serilog;
using WasmActors.Functions.Api;
using WasmActors.Functions.Placement;
using static WasmActors.Functions.Leasing.LeaseProtocol;
using AkkaCluster = Akka.Cluster.Cluster;

namespace WasmActors.Functions.Leasing;

/// <summary>Renews a node's <see cref="KeyLease"/>: asks the other members again and again, and confirms what they ask.</summary>
/// <remarks>
/// Nodes that divide keys into different numbers of shards would each start a store for the same key. They do not confirm each other, and a node that
/// does not hold the lease does not get it while a member has another number.
/// </remarks>
internal sealed class LeaseKeeper : UntypedActor, IWithTimers
{
    /// <summary>Its name among the top actors of each node.</summary>
    internal const string Name = "wasm-key-lease";

    private const int RoundsOfLease = 6;
    private static readonly TimeSpan s_longestRound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(100);

    private readonly KeyLease _lease;
    private readonly bool _lowestDecides;
    private readonly int _shards;
    private readonly ClosedNodes _closed;
    private readonly ILogger _log;
    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private readonly Dictionary<UniqueAddress, long> _confirmed = [];
    private readonly HashSet<UniqueAddress> _speaking = [];
    private readonly HashSet<UniqueAddress> _differing = [];
    private readonly Queue<(long Round, long Asked)> _rounds = new();
    private long _round;
    private long? _aloneAt;

    public LeaseKeeper(KeyLease lease, bool lowestDecides, int shards, ClosedNodes closed, ILogger log)
    {
        _lease = lease;
        _lowestDecides = lowestDecides;
        _shards = shards;
        _closed = closed;
        _log = log;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>What makes one. It must not wait for what keeps the processors busy.</summary>
    internal static Props Props(KeyLease lease, bool lowestDecides, int shards, ClosedNodes closed, ILogger log) =>
        Akka.Actor.Props.Create(() => new LeaseKeeper(lease, lowestDecides, shards, closed, log)).WithDispatcher("akka.actor.internal-dispatcher");

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.ClusterShuttingDown));
        if (_lease.Length is { } length)
        {
            var round = length / RoundsOfLease;
            Timers.StartPeriodicTimer(nameof(Ask), Ask.Instance, round < s_longestRound ? round : s_longestRound);
        }
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Ask:
                AskMembers();
                break;
            case Confirm question when question.Shards != _shards:
                Differs(new UniqueAddress(Sender.Path.Address, question.Uid), question.Shards);
                break;
            case Confirm question when IsReachableMember(Sender.Path.Address, question.Uid):
                Sender.Tell(new Confirmed(question.Round, _cluster.SelfUniqueAddress.Uid));
                break;
            case Confirm:
                break; // no member, or about to be removed: it learns that from the cluster
            case Confirmed confirmed:
                var speaker = new UniqueAddress(Sender.Path.Address, confirmed.Uid);
                _speaking.Add(speaker);
                Take(speaker, confirmed.Round);
                break;
            case ActorIdentity { MessageId: string question } identity:
                OnIdentity(question, identity.Subject);
                break;
            case ClusterEvent.ClusterShuttingDown:
                _lease.Lose();
                break;
            case ClusterEvent.MemberDowned downed when downed.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress):
                _lease.Lose();
                break;
            case ClusterEvent.MemberRemoved removed:
                _confirmed.Remove(removed.Member.UniqueAddress);
                _speaking.Remove(removed.Member.UniqueAddress);
                _differing.Remove(removed.Member.UniqueAddress);
                Renew();
                break;
            case ClusterEvent.IMemberEvent:
                AskMembers();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AskMembers()
    {
        if (_lease.Length is null)
        {
            return;
        }

        _rounds.Enqueue((++_round, _lease.Now));
        while (_rounds.Count > 4 * RoundsOfLease)
        {
            _rounds.Dequeue();
        }

        foreach (var member in Others())
        {
            var keeper = Context.ActorSelection(new RootActorPath(member.Address) / "user" / Name);
            keeper.Tell(new Confirm(_round, _cluster.SelfUniqueAddress.Uid, _shards));
            if (!_speaking.Contains(member))
            {
                keeper.Tell(new Identify(string.Create(CultureInfo.InvariantCulture, $"{member.Address}#{member.Uid}#{_round}")));
            }
        }

        Renew();
    }

    private void Differs(UniqueAddress member, int shards)
    {
        if (_differing.Add(member))
        {
            _closed.Differs(member);
            _log.Error("{Member} divides keys into {Shards} shards and this node into {OwnShards}: the one of them without a majority of the members on its side executes no keyed calls. Give all nodes the same number", member.Address, shards, _shards);
        }
    }

    // A node of an earlier version has no keeper and the number of shards of all of them. That it answers is all that can be had of it.
    private void OnIdentity(string question, IActorRef? subject)
    {
        string[] parts = question.Split('#');
        if (subject is null && parts.Length == 3 && Address.Parse(parts[0]) is var address
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int uid) && long.TryParse(parts[2], CultureInfo.InvariantCulture, out long round))
        {
            var member = new UniqueAddress(address, uid);
            if (_shards == FunctionHostOptions.EarlierShards)
            {
                Take(member, round);
            }
            else
            {
                Differs(member, FunctionHostOptions.EarlierShards);
            }
        }
    }

    private void Take(UniqueAddress member, long round)
    {
        foreach (var (number, asked) in _rounds)
        {
            if (number == round)
            {
                _confirmed[member] = Math.Max(asked, _confirmed.GetValueOrDefault(member, long.MinValue));
                Renew();
                return;
            }
        }
    }

    private void Renew()
    {
        var members = Members().Select(static m => m.UniqueAddress).ToList();
        long? since = LeaseQuorum.Since(_cluster.SelfUniqueAddress, members, _confirmed, _lowestDecides);
        if (since == long.MaxValue)
        {
            _aloneAt = _rounds.LastOrDefault().Asked;
        }
        else if (since is null && _aloneAt is not null)
        {
            since = _aloneAt; // until now this node decided alone
        }

        if (since is { } asked && (_lease.Holds || !members.Exists(_differing.Contains)))
        {
            _lease.Confirm(asked);
            _aloneAt = asked == long.MaxValue ? _aloneAt : null;
        }

        // The cluster's state may lag behind the event that woke this actor: a node that has just started must not wait a whole round.
        if (!_lease.Holds && _lease.Length is not null)
        {
            Timers.StartSingleTimer("soon", Ask.Instance, s_soon);
        }
    }

    private IEnumerable<Member> Members() => _cluster.State.Members.Where(LeaseQuorum.Counts);

    private IEnumerable<UniqueAddress> Others() => Members().Select(static m => m.UniqueAddress).Where(m => !m.Equals(_cluster.SelfUniqueAddress));

    private bool IsReachableMember(Address address, int uid) =>
        Members().Any(m => m.UniqueAddress.Uid == uid && m.Address.Equals(address)) && !_cluster.State.Unreachable.Any(m => m.UniqueAddress.Uid == uid && m.Address.Equals(address));

    private sealed class Ask : INoSerializationVerificationNeeded
    {
        internal static Ask Instance { get; } = new();
    }
}
