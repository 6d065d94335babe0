using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Imports;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Which calls count as waiting when one is looked for that would wait for itself, where guests share threads.</summary>
public sealed class WaitingCallsTests(HostFixture fixture) : WaitingCallsSpec(fixture), IClassFixture<HostFixture>;

/// <summary>The same, a thread for each guest.</summary>
public sealed class WaitingCallsOnThreadsTests(ThreadsFixture fixture) : WaitingCallsSpec(fixture), IClassFixture<ThreadsFixture>;

/// <summary>A call counts from when its store has it until it is answered, or its caller waits no longer.</summary>
public abstract class WaitingCallsSpec(HostFixture fixture)
{
    private const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "plain") (param i32) (result i32) (local.get 0)))
        """;

    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_call_whose_caller_was_answered_otherwise_may_call_back()
    {
        InstanceRef first = null!;
        Task<int>? left = null;
        var second = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", async (int x) =>
        {
            await _gate.Task;
            return await first.GetFunc("plain").CallAsync<int, int>(x + 1);
        }));
        first = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", (int x) =>
        {
            left = second.GetFunc("ask").CallAsync<int, int>(x).AsTask();
            return ValueTask.FromResult(x);
        }));

        Assert.Equal(1, await Expect.SoonAsync(first.GetFunc("ask").CallAsync<int, int>(1)));
        _gate.SetResult();
        Assert.Equal(2, await Expect.SoonAsync(left!));
    }

    [Fact]
    public async Task A_call_that_was_refused_does_not_hide_one_that_waits()
    {
        InstanceRef first = null!;
        string? refusal = null;
        var second = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", async (int x) =>
        {
            await _gate.Task;
            try
            {
                return await first.GetFunc("plain").CallAsync<int, int>(x);
            }
            catch (WasmException refused)
            {
                refusal = refused.Code;
                return 0;
            }
        }));
        first = await fixture.NewAsync(Guest, new ImportMap().Serve("env", "ask", async (CallerRef caller, int x) =>
        {
            // It waits for a call that is in line, and then for one that is refused because the store is to stop.
            var waiting = second.GetFunc("plain").CallAsync<int, int>(x, caller.Options).AsTask();
            var stopping = second.Store.StopAsync().AsTask();
            var call = new StoreProtocol.Call(second.GetFunc("plain").Id, [x]) { Chain = caller.Options.Chain };
            var reply = await second.Store.Actor.Ask<object>(call, TimeSpan.FromSeconds(60));
            Assert.Equal(ErrorCode.StoreGone, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
            _gate.SetResult();
            int answer = await waiting;
            await stopping;
            return answer;
        }));

        var busy = second.GetFunc("ask").CallAsync<int, int>(7).AsTask();
        await ServedImportSpec.Parked(second);
        Assert.Equal(1, await Expect.SoonAsync(first.GetFunc("ask").CallAsync<int, int>(1)));
        Assert.Equal(0, await Expect.SoonAsync(busy));
        Assert.Equal(ErrorCode.Reentrant, refusal);
    }
}
