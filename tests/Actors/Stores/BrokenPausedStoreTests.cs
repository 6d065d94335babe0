using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Something throws that nobody counted on while guests wait, where they share threads; here an import's server does.</summary>
public sealed class BrokenPausedStoreTests(HostFixture fixture) : BrokenPausedStoreSpec(fixture), IClassFixture<HostFixture>;

/// <summary>The same, a thread for each guest.</summary>
public sealed class BrokenPausedStoreOnThreadsTests(ThreadsFixture fixture) : BrokenPausedStoreSpec(fixture), IClassFixture<ThreadsFixture>;

/// <summary>Everybody who waits is answered, and the store is replaced.</summary>
public abstract class BrokenPausedStoreSpec(HostFixture fixture)
{
    private const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (import "env" "broken" (func $broken (param i32) (result i32)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "broken") (param i32) (result i32) (call $broken (local.get 0)))
          (func (export "plain") (param i32) (result i32) (local.get 0)))
        """;

    [Fact]
    public async Task A_bug_in_a_nested_call_answers_the_call_that_it_nests_in_as_well()
    {
        var nested = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var imports = new ImportMap()
            .Serve("env", "broken", new FuncType([ValType.I32], [ValType.I32]), new ThrowingServer())
            .Serve("env", "ask", async (CallerRef caller, int x) =>
            {
                try
                {
                    await caller.CallAsync("broken", x);
                }
                catch (WasmException failure)
                {
                    nested.SetResult(failure.Code);
                }

                return x;
            });
        var guest = await fixture.NewAsync(Guest, imports);
        var call = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();

        await Expect.ErrorAsync(ErrorCode.StoreLost, () => call);
        Assert.Equal(ErrorCode.StoreLost, await Expect.SoonAsync(nested.Task));
        Assert.Equal(3, await Expect.SoonAsync(guest.GetFunc("plain").CallAsync<int, int>(3)));
    }
}
