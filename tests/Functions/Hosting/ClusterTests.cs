using System.Security.Cryptography;
using Akka.Actor;
using Akka.Cluster.Sharding;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Hosting;

/// <summary>Several nodes in one process, with real remoting between them.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    // Soon, but only when a node that lives would have to be silent for seven seconds to be taken for dead.
    private const string FindsDeathsSoon = """
        akka.cluster {
          failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 4s }
          split-brain-resolver.stable-after = 3s
          down-removal-margin = 1ms
        }
        """;

    private readonly TestDatabase _file = new();
    private readonly List<TestNode> _nodes = [];
    private FunctionDatabase _database = null!;

    public async Task InitializeAsync() => _database = await _file.OpenAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _file.Dispose();
    }

    [Fact]
    public async Task What_one_node_deploys_every_node_calls()
    {
        await StartAsync(3);
        var deployed = await _nodes[1].DeployAsync(new FunctionSpec("everywhere"), Wat.Counter);
        await _nodes[2].DeployAsync(new FunctionSpec("keyed") { Kind = FunctionKind.Keyed }, Wat.Counter);

        foreach (var node in _nodes)
        {
            await Expect.SoonAsync(node.Functions.Catalogue.ReachAsync(deployed.Revision + 1));
            Assert.Equal(3L, (await Expect.SoonAsync(node.Functions.Get("everywhere").CallAsync("add", 1, 2))).Value.AsI64());
        }

        // Twenty keys are spread over the nodes; each has one store, whoever calls.
        for (int round = 1; round <= 3; round++)
        {
            foreach (int key in Enumerable.Range(0, 20))
            {
                Assert.Equal(round, await NextAsync(_nodes[(round + key) % 3], "keyed", $"key-{key}"));
            }
        }
    }

    [Fact]
    public async Task What_was_deployed_can_be_called_at_once_on_whichever_node_its_store_is()
    {
        await StartAsync(3);
        for (int i = 0; i < 20; i++)
        {
            await _nodes[0].DeployAsync(new FunctionSpec($"new-{i}") { Kind = FunctionKind.Keyed }, Wat.Counter);

            foreach (int key in Enumerable.Range(0, 6))
            {
                Assert.Equal(1, await NextAsync(_nodes[0], $"new-{i}", $"{key}"));
            }
        }
    }

    [Fact]
    public async Task A_failure_on_another_node_comes_back_with_its_frames()
    {
        await StartAsync(2);
        var deployed = await _nodes[0].DeployAsync(new FunctionSpec("trapper") { Kind = FunctionKind.Keyed }, Wat.Counter);
        foreach (var node in _nodes)
        {
            await Expect.SoonAsync(node.Functions.Catalogue.ReachAsync(deployed.Revision));
            foreach (int key in Enumerable.Range(0, 10))
            {
                var trap = Assert.IsType<Trap>(await Expect.FailureAsync("trap.unreachable", node.Functions.Get("trapper", $"{key}").CallAsync("trap")));
                Assert.Equal("counter", Assert.Single(trap.Frames).ModuleName);
            }
        }
    }

    [Fact]
    public async Task Bytes_that_are_larger_than_a_frame_cross_the_wire_both_ways()
    {
        await StartAsync(2);
        var spec = new FunctionSpec("big") { Kind = FunctionKind.Keyed, Convention = CallingConvention.Bytes, Limits = new FunctionLimits { PayloadBytes = 8 << 20 } };
        var deployed = await _nodes[0].DeployAsync(spec, Wat.Echo);
        byte[] input = RandomNumberGenerator.GetBytes((4 << 20) + 123);

        foreach (var node in _nodes)
        {
            await Expect.SoonAsync(node.Functions.Catalogue.ReachAsync(deployed.Revision));
            foreach (int key in Enumerable.Range(0, 4))
            {
                var output = await Expect.SoonAsync(node.Functions.Get("big", $"{key}").CallBytesAsync("echo", input));
                Assert.True(input.AsSpan().SequenceEqual(output.Span));
            }
        }
    }

    [Fact]
    public async Task The_catalogue_survives_its_writer_and_a_restart_of_all_nodes()
    {
        await StartAsync(2);
        await _nodes[0].DeployAsync(new FunctionSpec("kept"), Wat.Counter);
        await StopFirstAsync();
        await _nodes[0].DeployAsync(new FunctionSpec("kept"), Wat.Hundreds);
        await StopFirstAsync();

        await StartAsync(1);

        var entry = _nodes[0].Functions.Catalogue.Find("kept")!;
        Assert.Equal(2, entry.Active);
        Assert.Equal([1, 2], entry.Versions.Select(v => v.Number));
        Assert.Equal(100, (await Expect.SoonAsync(_nodes[0].Functions.Get("kept").CallAsync("next"))).Value.AsI32());
        Assert.Equal(1, (await Expect.SoonAsync(_nodes[0].Functions.ActivateAsync("kept"))).Version);
    }

    [Fact]
    public async Task A_node_that_leaves_loses_no_call()
    {
        await StartAsync(3);
        var deployed = await _nodes[0].DeployAsync(new FunctionSpec("moving") { Kind = FunctionKind.Keyed }, Wat.Counter);
        await Expect.SoonAsync(_nodes[1].Functions.Catalogue.ReachAsync(deployed.Revision));
        await Expect.SoonAsync(_nodes[2].Functions.Catalogue.ReachAsync(deployed.Revision));
        await using var load = new KeyedLoad("moving", _nodes[1], _nodes[2]);
        await load.AnswersAsync(100);

        await StopFirstAsync();

        await load.AnswersAsync(100);
        Assert.Empty(await load.EndAsync());
    }

    [Fact]
    public async Task A_node_that_joins_takes_keys_over_and_no_call_is_lost()
    {
        const string Rebalances = "akka.cluster.sharding.rebalance-interval = 300ms";
        await StartAsync(1, Rebalances);
        await _nodes[0].DeployAsync(new FunctionSpec("spreading") { Kind = FunctionKind.Keyed }, Wat.Counter);
        await using var load = new KeyedLoad("spreading", _nodes[0]);
        await load.AnswersAsync(100);

        await StartAsync(1, Rebalances);

        await Expect.ConditionAsync(async () => (await ShardsAsync(_nodes[1])) >= 10, "the new node has shards");
        await load.AnswersAsync(100);
        Assert.Empty(await load.EndAsync());
    }

    [Fact]
    public async Task Keys_of_a_node_that_died_work_again_elsewhere()
    {
        await StartAsync(3, FindsDeathsSoon);
        var deployed = await _nodes[0].DeployAsync(new FunctionSpec("mortal") { Kind = FunctionKind.Keyed }, Wat.Counter);
        await Expect.SoonAsync(_nodes[1].Functions.Catalogue.ReachAsync(deployed.Revision));
        await Expect.SoonAsync(_nodes[2].Functions.Catalogue.ReachAsync(deployed.Revision));
        foreach (int key in Enumerable.Range(0, 20))
        {
            Assert.Equal(1, await NextAsync(_nodes[1], "mortal", $"{key}"));
        }

        await _nodes[0].DieAsync();
        _nodes.RemoveAt(0);

        var lost = new List<int>();
        foreach (int key in Enumerable.Range(0, 20))
        {
            int next = 0;
            await Expect.ConditionAsync(
                async () =>
                {
                    try
                    {
                        next = (await _nodes[0].Functions.Get("mortal", $"{key}").CallAsync("next", new CallOptions(TimeSpan.FromSeconds(2)))).Value.AsI32();
                        return true;
                    }
                    catch (WasmError unanswered) when (unanswered.Code is FunctionErrorCode.Unanswered or FunctionErrorCode.Moved)
                    {
                        return false; // may have run: the counter may be one further
                    }
                    catch (WasmError late) when (late.Code == ErrorCode.DeadlineExceeded && !CallDetails.CouldHaveRun(late))
                    {
                        return false; // waited for its shard until its time was over
                    }
                },
                "the key is answered again");
            if (next == 1)
            {
                lost.Add(key);
            }
        }

        Assert.InRange(lost.Count, 1, 19); // those that were there began anew, the others went on
    }

    private async Task StartAsync(int count, string settings = "")
    {
        for (int i = 0; i < count; i++)
        {
            _nodes.Add(await TestNode.StartAsync(_database, _nodes.FirstOrDefault(), settings: settings));
        }
    }

    private static async Task<int> ShardsAsync(TestNode node) =>
        (await ClusterSharding.Get(node.System).ShardRegion("wasm-functions").Ask<CurrentShardRegionState>(GetShardRegionState.Instance, Expect.Patience)).Shards.Count;

    private async Task StopFirstAsync()
    {
        await _nodes[0].LeaveAsync();
        _nodes.RemoveAt(0);
    }

    private static async Task<int> NextAsync(TestNode node, string name, string key) =>
        (await Expect.SoonAsync(node.Functions.Get(name, key).CallAsync("next"))).Value.AsI32();
}
