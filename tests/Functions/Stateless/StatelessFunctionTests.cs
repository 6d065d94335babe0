using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Stateless;

public class StatelessFunctionTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly TestNode _node = fixture.Node;

    [Fact]
    public async Task Each_call_has_a_store_that_no_call_has_used()
    {
        await _node.DeployAsync(new FunctionSpec("fresh"), Wat.Counter);
        var function = _node.Functions.Get("fresh");

        var results = await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 50).Select(_ => function.CallAsync("next").AsTask())));

        Assert.All(results, r => Assert.Equal(1, r.Value.AsI32()));
    }

    [Fact]
    public async Task A_store_is_used_again_where_the_deployment_says_so()
    {
        await _node.DeployAsync(new FunctionSpec("reused") { Reuse = StoreReuse.UntilIdle, Limits = new FunctionLimits { Stores = 1 } }, Wat.Counter);
        var function = _node.Functions.Get("reused");

        Assert.Equal(1, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
        Assert.Equal(2, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
        await Expect.FailureAsync("trap.unreachable", function.CallAsync("trap"));
        Assert.Equal(3, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task Calls_that_their_callers_thread_may_begin_end_as_others_do()
    {
        await _node.DeployAsync(new FunctionSpec("near") { Reuse = StoreReuse.UntilIdle, Limits = new FunctionLimits { Stores = 1 } }, Wat.Counter);
        var function = _node.Functions.Get("near");
        var here = new CallOptions { OnThisThread = true };

        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(i, (await Expect.SoonAsync(function.CallAsync("next", here))).Value.AsI32());
        }

        var trap = await Expect.FailureAsync("trap.unreachable", function.CallAsync("trap", here));
        Assert.True(CallDetails.Of(trap)!.Value.MayHaveRun);
        await Expect.FailureAsync(ErrorCode.DeadlineExceeded, function.CallAsync("spin", here with { Within = TimeSpan.FromMilliseconds(200) }));
        Assert.Equal(1, (await Expect.SoonAsync(function.CallAsync("next", here))).Value.AsI32()); // a fresh store
    }

    [Fact]
    public async Task The_same_with_bytes()
    {
        await _node.DeployAsync(new FunctionSpec("near-bytes") { Convention = CallingConvention.Bytes, Reuse = StoreReuse.UntilIdle, Limits = new FunctionLimits { Stores = 1 } }, Wat.Echo);
        var function = _node.Functions.Get("near-bytes");
        var here = new CallOptions { OnThisThread = true };

        for (byte i = 1; i <= 20; i++)
        {
            byte[] input = [i, 2, 3];
            Assert.Equal(input, (await Expect.SoonAsync(function.CallBytesAsync("echo", input, here))).ToArray());
        }

        await Expect.FailureAsync(FunctionErrorCode.BrokenConvention, function.CallBytesAsync("outside", "x"u8.ToArray(), here));
    }

    [Fact]
    public async Task A_store_that_was_kept_goes_when_it_is_idle()
    {
        await _node.DeployAsync(new FunctionSpec("kept") { Reuse = StoreReuse.UntilIdle, Limits = new FunctionLimits { Stores = 1, IdleAfter = TimeSpan.FromMilliseconds(10) } }, Wat.Counter);
        var function = _node.Functions.Get("kept");
        await Expect.SoonAsync(function.CallAsync("next"));

        await Expect.ConditionAsync(
            async () =>
            {
                await Task.Delay(1500); // the pool tidies up each second
                return (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32() == 1;
            },
            "the store was stopped");
    }

    [Fact]
    public async Task A_call_over_the_limit_of_those_that_wait_is_refused_at_once()
    {
        await _node.DeployAsync(new FunctionSpec("crowded") { Limits = new FunctionLimits { Stores = 1, QueueLimit = 1 } }, Wat.Counter);
        var function = _node.Functions.Get("crowded");
        var options = new CallOptions(TimeSpan.FromSeconds(3));

        var calls = Enumerable.Range(0, 10).Select(_ => CodeAsync(function, options)).ToList();
        string[] codes = await Expect.SoonAsync(Task.WhenAll(calls));

        Assert.Equal(8, codes.Count(c => c == ErrorCode.Busy));
        Assert.Equal(2, codes.Count(c => c == ErrorCode.DeadlineExceeded));
    }

    private static async Task<string> CodeAsync(FunctionRef function, CallOptions options)
    {
        try
        {
            await function.CallAsync("spin", options);
            return "";
        }
        catch (WasmException failure)
        {
            return failure.Code;
        }
    }
}
