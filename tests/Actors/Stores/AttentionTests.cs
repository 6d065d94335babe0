using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Several things are due at once in one store.</summary>
public sealed class AttentionTests
{
    private const string Guest = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (import "env" "other" (func $other (param i32) (result i32)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
          (func (export "other") (param i32) (result i32) (call $other (local.get 0))))
        """;

    [Fact]
    public async Task A_nested_calls_deadline_does_not_hide_that_of_the_import_that_it_nests_in()
    {
        for (int round = 0; round < 5; round++)
        {
            await OneRoundAsync();
        }
    }

    private static async Task OneRoundAsync()
    {
        var clock = new ManualClock();
        var never = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        string? nested = null;
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = clock } });
        var imports = new ImportMap()
            .Serve("env", "other", (int _) => never.Task)
            .Serve("env", "ask", within: TimeSpan.FromSeconds(2), callback: async (CallerRef caller, int x) =>
            {
                try
                {
                    await caller.CallAsync("other", new CallOptions(TimeSpan.FromSeconds(1)), x);
                }
                catch (WasmException failure)
                {
                    nested = failure.Code;
                }

                return await never.Task;
            });
        var guest = await host.NewAsync(Guest, imports, Guests.Spec(FailurePolicy.Keep));
        var call = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await Expect.ConditionAsync(() => guest.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult().ParkedOn == "env::other", "the nested call waits");

        clock.AdvancePast(TimeSpan.FromSeconds(5));
        await Expect.ErrorAsync(ErrorCode.ImportDeadlineExceeded, () => call);
        await Expect.ConditionAsync(() => nested is not null, "the nested call is answered");
        Assert.Equal(ErrorCode.DeadlineExceeded, nested);
    }
}
