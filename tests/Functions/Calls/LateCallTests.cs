using Akka.Actor;
using Akka.Cluster.Sharding;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Content;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Calls;

/// <summary>Calls that were held up on their way, as in a shard's buffer while the shard moves.</summary>
public class LateCallTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly TestNode _node = fixture.Node;

    [Theory]
    [InlineData("late-keyed", "k")]
    [InlineData("late", null)]
    public async Task A_call_whose_time_was_over_when_it_arrived_does_not_run(string name, string? key)
    {
        await _node.DeployAsync(new FunctionSpec(name) { Kind = key is null ? FunctionKind.Stateless : FunctionKind.Keyed, Reuse = StoreReuse.UntilIdle, Limits = new FunctionLimits { Stores = 1 } }, Wat.Counter);
        var clock = new ManualClock();
        var call = new FunctionProtocol.Invoke(1, name, key, "next", 0, new CallTime(clock, TimeSpan.FromSeconds(1)), new FunctionInput.Numbers([]));
        var inTime = call with { Time = new CallTime(clock, TimeSpan.FromSeconds(10)) };

        clock.Advance(TimeSpan.FromSeconds(2));

        var late = Assert.IsType<FunctionProtocol.Failed>(await AskAsync(call));
        Assert.Equal(ErrorCode.DeadlineExceeded, late.Failure.Code);
        Assert.False(CallDetails.CouldHaveRun(late.ToException()));
        var answered = Assert.IsType<FunctionProtocol.Answered>(await AskAsync(inTime));
        Assert.Equal(1, ((FunctionOutput.Numbers)answered.Answer.Output).Values.Value.AsI32());
    }

    private Task<object> AskAsync(FunctionProtocol.Invoke call)
    {
        var to = call.Key is null
            ? _node.System.ActorSelection($"/user/{FunctionGate.Name}").ResolveOne(Expect.Patience)
            : Task.FromResult(ClusterSharding.Get(_node.System).ShardRegion("wasm-functions"));
        return Expect.SoonAsync(Task.Run(async () => await (await to).Ask<object>(call)));
    }
}
