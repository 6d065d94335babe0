using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Tests.Support;

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
}
