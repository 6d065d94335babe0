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
    private static readonly TimeSpan s_afterGrace = TimeSpan.FromSeconds(6); // Akka ends a shard's actors five seconds before

    private KeyRegion(IActorRef region, IActorRef departing)
    {
        Region = region;
        Departing = departing;
    }

    /// <summary>Keyed calls are sent to it.</summary>
    internal IActorRef Region { get; }

    /// <summary>Hears which nodes leave, and empties this one.</summary>
    internal IActorRef Departing { get; }

    /// <summary>Starts it.</summary>
    /// <param name="system">A node of a cluster.</param>
    /// <param name="options">The number of shards, and how long calls may go on when a shard is handed over.</param>
    /// <param name="closed">Nodes that take no shards.</param>
    /// <param name="clock">Bounds the wait for other nodes.</param>
    /// <param name="key">What makes the actor of a key, by its entity's name.</param>
    internal static KeyRegion Start(ActorSystem system, FunctionHostOptions options, ClosedNodes closed, TimeProvider clock, Func<string, Props> key)
    {
        var region = ClusterSharding.Get(system).Start(
            TypeName,
            key,
            SettingsOf(system, options.Grace),
            new FunctionEntity(options.Shards),
            new ShardPlacement(AkkaCluster.Get(system), closed),
            StopEntity.Instance);
        var departing = system.ActorOf(Props.Create(() => new DepartureActor(closed, region, clock)), DepartureActor.Name);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeClusterShutdown, "wasm-shards-leave", async () =>
        {
            if (AkkaCluster.Get(system) is { IsTerminated: false, SelfMember.Status: MemberStatus.Up })
            {
                var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                departing.Tell(new DepartureActor.Depart(empty));
                await empty.Task.ConfigureAwait(false);
            }

            return Done.Instance;
        });
        return new KeyRegion(region, departing);
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
