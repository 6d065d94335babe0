using Akka.Actor;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>What a host takes on in all: stores, requests that wait, calls that wait for imports.</summary>
public sealed class HostBoundsTests
{
    private const string Asking = """
        (module
          (import "env" "ask" (func $ask (param i32) (result i32)))
          (func (export "ask") (param i32) (result i32) (call $ask (local.get 0))))
        """;

    [Fact]
    public async Task A_tenant_that_floods_is_refused_at_once_and_others_still_get_in()
    {
        await using var host = await StartAsync(new() { MaxWaiting = 8 });
        using var gate = new Gate();
        using var otherGate = new Gate();
        var flood = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), Of("flood"));
        var other = await host.NewAsync(Guests.Worker, Guests.HostImport(otherGate.Pass), Of("other"));
        var calls = new List<Task<int>> { flood.GetFunc("call_host").CallAsync<int, int>(0).AsTask(), other.GetFunc("call_host").CallAsync<int, int>(0).AsTask() };
        await gate.Entered;
        await otherGate.Entered;

        // The first that waits for an idle host's store need not be counted; of eight places a tenant alone has four.
        var (accepted, refusal) = await FloodAsync(flood);
        Assert.InRange(accepted.Count, 4, 5);
        Assert.Equal(ErrorCode.Busy, refusal.Code);
        Assert.Matches($@"^\d requests wait in the host, 4 of them for tenant 'flood', which has its share of the 8 places \(AdmissionOptions\.MaxWaiting\)\. Try again in 1,000 µs\.$", refusal.Message);
        Assert.NotNull(refusal.RetryAfter);
        var (others, _) = await FloodAsync(other);
        Assert.InRange(others.Count, 2, 3);

        gate.Open();
        otherGate.Open();
        await Expect.SoonAsync(Task.WhenAll([.. calls, .. accepted, .. others]));
        Assert.Equal(accepted.Count + 1, await flood.GetFunc("next").CallAsync<int>());
        Assert.Equal(0, host.Admission.Waiting);
    }

    [Fact]
    public async Task What_a_waiting_guest_needs_is_not_refused_for_the_hosts_sake()
    {
        await using var host = await StartAsync(new() { MaxWaiting = 2 });
        using var gate = new Gate();
        var busy = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var inside = busy.GetFunc("call_host").CallAsync<int, int>(0).AsTask();
        await gate.Entered;
        var (accepted, _) = await FloodAsync(busy);
        var asking = await host.NewAsync(Asking, new ImportMap().Serve("env", "ask", async (int x) =>
        {
            var needed = busy.GetFunc("add").CallAsync<int, int, int>(x, 1);
            gate.Open();
            return await needed;
        }));

        Assert.Equal(8, await Expect.SoonAsync(asking.GetFunc("ask").CallAsync<int, int>(7)));
        await Expect.SoonAsync(Task.WhenAll([.. accepted, inside]));
        Assert.Equal(0, host.Admission.Waiting);
    }

    [Fact]
    public async Task Requests_and_commands_of_a_store_that_is_killed_are_answered_and_wait_no_longer()
    {
        await using var host = await StartAsync(new());
        using var gate = new Gate();
        var instance = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(0).AsTask();
        await gate.Entered;
        Task<int>[] requests = [.. Enumerable.Range(0, 20).Select(_ => instance.GetFunc("next").CallAsync<int>().AsTask())];
        Task<object>[] commands = [.. Enumerable.Range(0, 20).Select(_ => instance.Store.Actor.Ask<object>(new StoreProtocol.GetData(), TimeSpan.FromSeconds(60)))];
        await Expect.ConditionAsync(() => host.Admission.Waiting >= 39, "all are counted");

        host.System.Stop(instance.Store.Actor);
        gate.Open();
        await Expect.SoonAsync(running);
        foreach (var request in requests)
        {
            await Expect.ErrorAsync(ErrorCode.StoreGone, () => request);
        }

        foreach (object reply in await Expect.SoonAsync(Task.WhenAll(commands)))
        {
            Assert.Equal(ErrorCode.StoreGone, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
        }

        await Expect.ConditionAsync(() => host.Admission is { Waiting: 0, LiveStores: 0 }, "nothing is counted any more");
    }

    [Fact]
    public async Task Calls_that_wait_for_imports_are_bounded_and_the_bound_ends_with_them()
    {
        await using var host = await StartAsync(new() { MaxParked = 1 });
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var imports = new ImportMap().Serve("env", "ask", (int _) => answer.Task);
        var first = await host.NewAsync(Asking, imports);
        var second = await host.NewAsync(Asking, imports);
        var parked = first.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await Expect.ConditionAsync(() => host.Admission.Parked == 1, "the first call waits");

        var error = await Expect.ErrorAsync(ErrorCode.Busy, second.GetFunc("ask").CallAsync<int, int>(2));
        Assert.StartsWith("1 calls of the host wait for imports, its bound (AdmissionOptions.MaxParked).", error.Message, StringComparison.Ordinal);
        Assert.Equal(MemoryBudget.Between, error.RetryAfter);

        answer.SetResult(5);
        Assert.Equal(5, await Expect.SoonAsync(parked));
        Assert.Equal(5, await Expect.SoonAsync(second.GetFunc("ask").CallAsync<int, int>(2)));
        Assert.Equal(0, host.Admission.Parked);
    }

    [Fact]
    public async Task A_call_that_is_given_up_while_it_waits_for_an_import_is_counted_no_longer()
    {
        await using var host = await StartAsync(new());
        var never = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var instance = await host.NewAsync(Asking, new ImportMap().Serve("env", "ask", (int _) => never.Task));
        using var cancellation = new CancellationTokenSource();
        var call = instance.GetFunc("ask").CallAsync<int, int>(1, cancellation.Token).AsTask();
        await Expect.ConditionAsync(() => host.Admission.Parked == 1, "the call waits");

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(call));
        await Expect.ConditionAsync(() => host.Admission.Parked == 0, "it waits no longer");
    }

    [Fact]
    public async Task One_store_too_many_is_refused_and_there_is_room_again_when_one_has_stopped()
    {
        await using var host = await StartAsync(new() { MaxStores = 2 });
        var first = await host.CreateStoreAsync();
        await host.CreateStoreAsync();

        var error = await Expect.ErrorAsync(ErrorCode.HostFull, () => host.CreateStoreAsync());
        Assert.Equal("2 stores are alive, the host's bound (AdmissionOptions.MaxStores). Stop some. Try again in 100,000 µs.", error.Message);
        await first.StopAsync();
        await Expect.ConditionAsync(() => host.Admission.LiveStores == 1, "it has ended");
        await host.CreateStoreAsync();
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_takes_no_place()
    {
        await using var host = await StartAsync(new() { MaxStores = 1 });
        for (int i = 0; i < 3; i++)
        {
            await Expect.ErrorAsync(ErrorCode.BadSettings, () => host.CreateStoreAsync(new StoreSpec { Options = new() { Limits = new() { Fuel = 1 } } }));
            await Expect.ConditionAsync(() => host.Admission.LiveStores == 0, "it has ended");
        }

        await host.CreateStoreAsync();
    }

    [Fact]
    public async Task Without_memory_for_another_store_it_is_refused_with_the_figures()
    {
        await using var host = await StartAsync(new() { MemoryMarginBytes = long.MaxValue });

        var error = await Expect.ErrorAsync(ErrorCode.HostFull, () => host.CreateStoreAsync());
        Assert.Matches(@"^[\d,]+ MiB of [\d,]+ MiB of memory are available, and 8,796,093,022,207 MiB must be left", error.Message);
        Assert.NotNull(error.RetryAfter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_tenants_name_is_short_and_plain(string name)
    {
        await using var host = await StartAsync(new());

        var error = await Expect.ErrorAsync(ErrorCode.BadSettings, () => host.CreateStoreAsync(new StoreSpec { Tenant = name }));
        Assert.DoesNotContain('\n', error.Message);
        await Expect.ErrorAsync(ErrorCode.BadSettings, () => host.CreateStoreAsync(new StoreSpec { QueueLimit = 0 }));
        Assert.Equal(0, host.Admission.LiveStores);
    }

    private static Task<WasmHost> StartAsync(AdmissionOptions options) => WasmHost.StartAsync(HostFixture.Options with { Admission = options });

    private static StoreSpec Of(string tenant) => new() { Tenant = tenant };

    // Calls until one is refused, which is to be at once.
    private static async Task<(List<Task<int>> Accepted, WasmError Refusal)> FloodAsync(InstanceRef instance)
    {
        var accepted = new List<Task<int>>();
        while (accepted.Count < 1_000)
        {
            var call = instance.GetFunc("next").CallAsync<int>();
            if (call.IsFaulted)
            {
                return (accepted, await Expect.ErrorAsync(ErrorCode.Busy, call));
            }

            accepted.Add(call.AsTask());
        }

        throw new InvalidOperationException("Nothing was refused.");
    }
}
