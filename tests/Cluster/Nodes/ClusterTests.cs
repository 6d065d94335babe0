using System.Collections.Concurrent;
using System.Security.Cryptography;
using WasmActors.Actors.Functions;
using WasmActors.Actors.Handles;
using WasmActors.Cluster.Tests.Support;
using WasmActors.Host.Persistence;
using WasmActors.Runtime.Calls;

namespace WasmActors.Cluster.Tests.Nodes;

/// <summary>Several nodes in one process, with real remoting between them.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    // Node deaths are found soon here; a busy machine may take a node that lives for dead, which no test of these excludes.
    private const string FindsDeathsSoon = """
        akka.cluster {
          failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 4s }
          split-brain-resolver.stable-after = 2s
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
        TestNode[] callingNodes = [_nodes[1], _nodes[2]];
        using var end = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        int answered = 0;
        var callers = Enumerable.Range(0, 8).Select(async caller =>
        {
            for (int i = 0; !end.IsCancellationRequested; i++)
            {
                try
                {
                    await callingNodes[caller % 2].Functions.Get("moving", $"{caller}-{i % 10}").CallAsync("next", new CallOptions(TimeSpan.FromSeconds(60)));
                    Interlocked.Increment(ref answered);
                }
                catch (WasmException failure)
                {
                    failures.Enqueue($"{failure.Code}: {failure.Message}");
                }
            }
        }).ToList();
        await Expect.ConditionAsync(() => Volatile.Read(ref answered) > 100, "calls are answered");

        await StopFirstAsync();

        int then = Volatile.Read(ref answered);
        await Expect.ConditionAsync(() => Volatile.Read(ref answered) > then + 100, "calls are answered after a node has left");
        await end.CancelAsync();
        await Expect.SoonAsync(Task.WhenAll(callers));
        Assert.Empty(failures);
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

    private async Task StopFirstAsync()
    {
        await _nodes[0].LeaveAsync();
        _nodes.RemoveAt(0);
    }

    private static async Task<int> NextAsync(TestNode node, string name, string key) =>
        (await Expect.SoonAsync(node.Functions.Get(name, key).CallAsync("next"))).Value.AsI32();
}
