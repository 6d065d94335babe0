using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>What follows a trap and a failure of the host, by the store's policies.</summary>
public sealed class FailurePolicyTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))
          (func (export "trap") unreachable)
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "ask_and_trap") (param i32) (result i32) (drop (call $ask (local.get 0))) unreachable))
        """;

    private readonly TaskCompletionSource<int> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(FailurePolicy.Keep, null)]
    [InlineData(FailurePolicy.Replace, StoreFate.Replaced)]
    [InlineData(FailurePolicy.Stop, StoreFate.Stopped)]
    public async Task A_trap_is_followed_by_what_AfterTrap_says(FailurePolicy policy, StoreFate? fate)
    {
        var (instance, failing, waiting) = await WithOthersWaitingAsync("ask_and_trap", new() { AfterTrap = policy });

        _answer.SetResult(1);

        var trap = await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(failing));
        Assert.Equal(("trap.unreachable", fate), (trap.Code, trap.Fate));
        await FollowsAsync(policy, instance, waiting);
    }

    [Theory]
    [InlineData(FailurePolicy.Keep, null)]
    [InlineData(FailurePolicy.Replace, StoreFate.Replaced)]
    [InlineData(FailurePolicy.Stop, StoreFate.Stopped)]
    public async Task A_failure_of_the_host_is_followed_by_what_AfterHostException_says(FailurePolicy policy, StoreFate? fate)
    {
        var (instance, failing, waiting) = await WithOthersWaitingAsync("ask", new() { AfterHostException = policy });

        _answer.SetException(new InvalidTimeZoneException("no"));

        var error = await Expect.ErrorAsync(ErrorCode.HostException, () => failing);
        Assert.Equal(fate, error.Fate);
        await FollowsAsync(policy, instance, waiting);
    }

    [Fact]
    public async Task An_inline_function_that_throws_and_an_import_that_is_not_answered_are_failures_of_the_host()
    {
        var spec = new StoreSpec { AfterHostException = FailurePolicy.Replace };
        var inline = await fixture.NewAsync(Guests.Worker, Guests.HostImport(static _ => throw new InvalidTimeZoneException("no")), spec);
        Assert.Equal(1, await inline.GetFunc("next").CallAsync<int>());
        Assert.Equal(StoreFate.Replaced, (await Expect.ErrorAsync(ErrorCode.HostException, inline.GetFunc("call_host").CallAsync(1))).Fate);
        Assert.Equal(1, await inline.GetFunc("next").CallAsync<int>());

        var served = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (int _) => _answer.Task, within: TimeSpan.FromMilliseconds(20)), spec);
        Assert.Equal(1, await served.GetFunc("next").CallAsync<int>());
        Assert.Equal(StoreFate.Replaced, (await Expect.ErrorAsync(ErrorCode.ImportDeadlineExceeded, served.GetFunc("ask").CallAsync(1))).Fate);
        Assert.Equal(1, await served.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task Callers_that_give_up_do_not_open_the_circuit()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(static x => x), new StoreSpec { Restart = new() { MaxReplacements = 0 } });
        for (int i = 0; i < 3; i++)
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            var failure = await Assert.ThrowsAnyAsync<WasmException>(() => instance.GetFunc("spin").CallAsync(cancellation.Token).AsTask());
            Assert.Equal(ErrorCode.Cancelled, failure.Code);

            Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
        }
    }

    [Fact]
    public async Task What_was_refused_before_the_guest_ran_changes_no_store()
    {
        var all = new StoreSpec { AfterTrap = FailurePolicy.Stop, AfterHostException = FailurePolicy.Stop, AfterInterrupt = FailurePolicy.Stop };
        var instance = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (int x) => Task.FromResult(x)), all);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());

        await Expect.ErrorAsync(ErrorCode.MissingImport, instance.Store.InstantiateAsync(instance.Module));
        await Assert.ThrowsAnyAsync<WasmError>(() => instance.GetFunc("ask").CallAsync("text").AsTask());

        Assert.Equal(2, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_batch_ends_with_a_trap_after_which_the_store_is_replaced()
    {
        var instance = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (int x) => Task.FromResult(x)), new() { AfterTrap = FailurePolicy.Replace });
        var next = new StoreProtocol.Call(instance.GetFunc("next").Id, []);
        var trap = new StoreProtocol.Call(instance.GetFunc("trap").Id, []);

        var failure = await Expect.TrapAsync("trap.unreachable", instance.Store.CallBatchAsync([next, trap, next]));

        Assert.Equal(StoreFate.Replaced, failure.Fate);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    // A guest that waits for its import, and calls behind it; "next" has answered 1 before.
    private async Task<(InstanceRef Instance, Task<int> Failing, Task<int>[] Waiting)> WithOthersWaitingAsync(string func, StoreSpec spec)
    {
        var instance = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (int _) => _answer.Task), spec);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
        var failing = instance.GetFunc(func).CallAsync<int, int>(1).AsTask();
        var waiting = Enumerable.Range(0, 5).Select(_ => instance.GetFunc("next").CallAsync<int>().AsTask()).ToArray();
        await Expect.ConditionAsync(() => instance.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult() is { ParkedOn: not null, QueueLength: 5 }, "the guest waits, and others behind it");
        return (instance, failing, waiting);
    }

    private static async Task FollowsAsync(FailurePolicy policy, InstanceRef instance, Task<int>[] waiting)
    {
        switch (policy)
        {
            case FailurePolicy.Keep:
                int[] answers = await Expect.SoonAsync(Task.WhenAll(waiting));
                Assert.Equal([2, 3, 4, 5, 6], answers);
                break;
            case FailurePolicy.Replace:
                foreach (var call in waiting)
                {
                    await Expect.ErrorAsync(ErrorCode.StoreLost, () => call);
                }

                Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
                break;
            default:
                foreach (var call in waiting)
                {
                    await Expect.ErrorAsync(ErrorCode.StoreGone, () => call);
                }

                await Expect.ErrorAsync(ErrorCode.StoreGone, instance.GetFunc("next").CallAsync<int>());
                break;
        }
    }
}
