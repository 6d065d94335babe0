using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Keyed;

public class KeyedFunctionTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly TestNode _node = fixture.Node;

    [Fact]
    public async Task Each_key_has_a_store_of_its_own()
    {
        await DeployAsync("counters");

        Assert.Equal(1, await NextAsync("counters", "a"));
        Assert.Equal(2, await NextAsync("counters", "a"));
        Assert.Equal(1, await NextAsync("counters", "b"));
        Assert.Equal(1, await NextAsync("counters", "a/b"));
        Assert.Equal(3, await NextAsync("counters", "a"));
    }

    [Fact]
    public async Task Calls_of_one_key_are_carried_out_one_after_the_other()
    {
        await DeployAsync("ordered");
        var calls = Enumerable.Range(0, 100).Select(_ => NextAsync("ordered", "a")).ToList();

        Assert.Equal(Enumerable.Range(1, 100), (await Expect.SoonAsync(Task.WhenAll(calls))).Order());
    }

    [Fact]
    public async Task A_key_that_was_idle_has_a_fresh_store()
    {
        await DeployAsync("idle", new FunctionLimits { IdleAfter = TimeSpan.FromMilliseconds(50) });
        await NextAsync("idle", "a");

        await Expect.ConditionAsync(
            async () =>
            {
                await Task.Delay(100); // leaves it alone for twice its idle time
                return await NextAsync("idle", "a") == 1;
            },
            "the store was passivated");
    }

    [Fact]
    public async Task A_call_that_comes_while_its_store_is_passivated_is_carried_out()
    {
        await DeployAsync("restless", new FunctionLimits { IdleAfter = TimeSpan.FromMilliseconds(10) });
        int begunAnew = 0;

        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 20).Select(async caller =>
        {
            var pauses = new Random(caller);
            for (int i = 0; i < 60; i++)
            {
                if (await NextAsync("restless", $"{caller % 10}") == 1)
                {
                    Interlocked.Increment(ref begunAnew);
                }

                await Task.Delay(pauses.Next(0, 25));
            }
        })));

        Assert.True(begunAnew > 10, $"Stores began anew {begunAnew} times only: nothing was passivated.");
    }

    [Fact]
    public async Task A_key_in_use_keeps_its_version_until_it_is_idle()
    {
        await DeployAsync("rolled");
        Assert.Equal(1, await NextAsync("rolled", "old"));

        await _node.DeployAsync(new FunctionSpec("rolled") { Kind = FunctionKind.Keyed }, Wat.Hundreds);

        Assert.Equal(2, await NextAsync("rolled", "old"));
        Assert.Equal(100, await NextAsync("rolled", "new"));
    }

    [Fact]
    public async Task A_roll_out_at_once_changes_a_key_over_before_its_next_call()
    {
        await DeployAsync("forced");
        Assert.Equal(1, await NextAsync("forced", "a"));

        await _node.DeployAsync(new FunctionSpec("forced") { Kind = FunctionKind.Keyed }, Wat.Hundreds, RollOut.AtOnce);

        Assert.Equal(100, await NextAsync("forced", "a"));
        await Expect.SoonAsync(_node.Functions.ActivateAsync("forced"));
        Assert.Equal(200, await NextAsync("forced", "a"));
    }

    [Fact]
    public async Task A_call_over_the_limit_of_those_that_wait_is_refused_at_once()
    {
        await DeployAsync("full", new FunctionLimits { QueueLimit = 1 });
        var function = _node.Functions.Get("full", "a");
        var options = new CallOptions(TimeSpan.FromSeconds(5));
        await Expect.SoonAsync(function.CallAsync("next"));

        var calls = Enumerable.Range(0, 10).Select(_ => CodeAsync(function.CallAsync("spin", options))).ToList();
        string[] codes = await Expect.SoonAsync(Task.WhenAll(calls));

        // One runs into its time, one waits until its own is over.
        Assert.Equal(8, codes.Count(c => c == ErrorCode.Busy));
        Assert.Equal(2, codes.Count(c => c == ErrorCode.DeadlineExceeded || c == FunctionErrorCode.Unanswered));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_answered_at_once()
    {
        await DeployAsync("given-up");
        using var source = new CancellationTokenSource();
        var call = _node.Functions.Get("given-up", "a").CallAsync("spin", new CallOptions(TimeSpan.FromSeconds(20), source.Token));

        await source.CancelAsync();

        await Expect.FailureAsync(ErrorCode.Cancelled, call);
    }

    private static async Task<string> CodeAsync<T>(ValueTask<T> call)
    {
        try
        {
            await call;
            return "";
        }
        catch (WasmException failure)
        {
            return failure.Code;
        }
    }

    private Task<Deployment> DeployAsync(string name, FunctionLimits? limits = null) =>
        _node.DeployAsync(new FunctionSpec(name) { Kind = FunctionKind.Keyed, Limits = limits ?? new() }, Wat.Counter);

    [Fact]
    public async Task A_call_that_waits_for_its_key_is_answered_when_its_time_is_over_and_has_not_run()
    {
        await _node.DeployAsync(new FunctionSpec("waits") { Kind = FunctionKind.Keyed }, Wat.Counter);
        var function = _node.Functions.Get("waits", "k");
        await Expect.SoonAsync(function.CallAsync("next"));
        var running = Expect.FailureAsync(ErrorCode.DeadlineExceeded, function.CallAsync("spin", new CallOptions(TimeSpan.FromSeconds(4))));

        var waiting = await Expect.FailureAsync(ErrorCode.DeadlineExceeded, function.CallAsync("next", new CallOptions(TimeSpan.FromMilliseconds(300))));

        Assert.False(running.IsCompleted);
        Assert.False(CallDetails.CouldHaveRun(waiting));
        Assert.True(CallDetails.CouldHaveRun(await running));
    }

    private async Task<int> NextAsync(string name, string key) =>
        (await Expect.SoonAsync(_node.Functions.Get(name, key).CallAsync("next"))).Value.AsI32();
}
