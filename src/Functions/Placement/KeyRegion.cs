using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using WasmActors.Functions.Api;
using AkkaCluster = Akka.Cluster.Cluster;

namespace WasmActors.Functions.Placement;

/// <summary>A node's part of the shards of all keys: starts it, and empties it before the node leaves.</summary>
internal sealed class KeyRegion
{
    private const string TypeName = "wasm-functions";
    private const string Sharding = "akka.cluster.sharding";
    private const string HandOff = "handoff-timeout";
    private const string LeastMembers = "akka.cluster.min-nr-of-members";
    private static readonly TimeSpan s_afterGrace = TimeSpan.FromSeconds(6); // Akka ends a shard's actors five seconds before

    private KeyRegion(IActorRef region, params IReadOnlyList<IActorRef> watchers)
    {
        Region = region;
        Watchers = watchers;
    }

    /// <summary>Keyed calls are sent to it.</summary>
    internal IActorRef Region { get; }

    /// <summary>The actors beside it, which are stopped with the host: they hear which nodes leave, empty this one, and learn where shards are.</summary>
    internal IReadOnlyList<IActorRef> Watchers { get; }

    /// <summary>Returns what is dangerous about the number of members that open a cluster; null for nothing.</summary>
    internal static string? Hazard(Config config) => config.GetInt(LeastMembers, 1) is var least && least > 1
        ? $"{LeastMembers} is {least}. A coordinator of shards that starts anew, after its node has left or died, waits for so many nodes: with fewer, keys that it has to place stay silent. Set it to 1, give all nodes a role, and set akka.cluster.role.ROLE.min-nr-of-members to {least}"
        : null;

    /// <summary>Starts it.</summary>
    /// <param name="system">A node of a cluster.</param>
    /// <param name="options">The number of shards, and how long calls may go on when a shard is handed over.</param>
    /// <param name="closed">Nodes that take no shards.</param>
    /// <param name="clock">Bounds the wait for other nodes.</param>
    /// <param name="key">What makes the actor of a key, by its entity's name.</param>
    internal static KeyRegion Start(ActorSystem system, FunctionHostOptions options, ClosedNodes closed, TimeProvider clock, Func<string, Props> key)
    {
        var entities = new FunctionEntity(options.Shards);
        var mark = Props.Create(static () => new ShardMark());
        var region = ClusterSharding.Get(system).Start(
            TypeName,
            id => FunctionEntity.IsMark(id) ? mark : key(id),
            SettingsOf(system, options.Grace),
            entities,
            new ShardPlacement(AkkaCluster.Get(system), closed, clock),
            StopEntity.Instance);
        var departing = system.ActorOf(Props.Create(() => new DepartureActor(closed, region, clock)), DepartureActor.Name);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "wasm-shards-leave", async () =>
        {
            if (AkkaCluster.Get(system) is { IsTerminated: false, SelfMember.Status: MemberStatus.Up })
            {
                var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                departing.Tell(new DepartureActor.Depart(empty));
                await Task.WhenAny(empty.Task, departing.WatchAsync()).ConfigureAwait(false); // a host that was disposed before has no such actor any more
            }

            return Done.Instance;
        });
        var homes = system.ActorOf(Props.Create(() => new ShardHomes(closed, region, entities, clock)), "wasm-shard-homes");
        return new KeyRegion(region, departing, homes);
    }

    // A hand-over that loses a message holds its shard up until its time is over, so that time is short; and longer than calls may go on.
    private static ClusterShardingSettings SettingsOf(ActorSystem system, TimeSpan grace)
    {
        var config = system.Settings.Config.GetConfig(Sharding);
        var least = grace + s_afterGrace;
        if (config.GetTimeSpan(HandOff) < least)
        {
            config = ConfigurationFactory.ParseString($"{HandOff} = {least.TotalMilliseconds:0}ms").WithFallback(config);
        }

        return ClusterShardingSettings.Create(config, system.Settings.Config.GetConfig(config.GetString("coordinator-singleton")));
    }
}
