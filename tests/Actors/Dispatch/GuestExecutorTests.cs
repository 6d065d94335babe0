using Akka.Actor;
using Akka.Configuration;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>How stores share the processors.</summary>
[Collection(Alone.Name)]
public sealed class GuestExecutorTests
{
    private const string Spinner = """
        (module
          (global $n (export "n") (mut i64) (i64.const 0))
          (func (export "spin") (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1))) (br $l))))
        """;

    private static readonly StoreSpec s_endless = new()
    {
        Tenant = "endless",
        AfterInterrupt = FailurePolicy.Stop,
        Options = new() { Mode = ExecutionMode.Preemptive, Limits = new() { Deadline = TimeSpan.FromMinutes(5) } },
    };

    [Theory]
    [InlineData("parallelism = -1", "guest-executor.parallelism is -1")]
    [InlineData("foreground-slices = -2", "guest-executor.foreground-slices is -2")]
    [InlineData("aging = 2m", "guest-executor.aging is 00:02:00")]
    public void The_settings_of_the_dispatcher_reach_it(string setting, string refusal)
    {
        var config = ConfigurationFactory.ParseString($"wasmactors.dispatcher.guest-executor {{ {setting} }}")
            .WithFallback(WasmHost.DefaultConfig())
            .GetConfig("wasmactors.dispatcher");

        var error = Assert.Throws<ConfigurationException>(() => new GuestExecutorConfigurator(config, null!));
        Assert.StartsWith(refusal, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_one_at_a_time_a_store_waits_for_the_other()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Parallelism = 1 });
        using var gate = new Gate();
        var slow = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var other = await host.NewAsync(Guests.Worker, Guests.NoHost);
        var inside = slow.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;

        var behind = other.GetFunc("add").CallAsync<int, int, int>(1, 2).AsTask();
        Assert.False(behind.IsCompleted);
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(inside));
        Assert.Equal(3, await Expect.SoonAsync(behind));
    }

    [Fact]
    public async Task A_tenant_with_many_stores_does_not_keep_anothers_store_waiting_behind_them_all()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Parallelism = 1 });
        using var gate = new Gate();
        var order = new List<int>();
        int Note(int who)
        {
            order.Add(who); // one store at a time runs
            return who;
        }

        var holder = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), new StoreSpec { Tenant = "flood" });
        var flood = new List<FuncRef>();
        for (int i = 0; i < 20; i++)
        {
            flood.Add((await host.NewAsync(Guests.Worker, Guests.HostImport(Note), new StoreSpec { Tenant = "flood" })).GetFunc("call_host"));
        }

        var single = (await host.NewAsync(Guests.Worker, Guests.HostImport(Note), new StoreSpec { Tenant = "single" })).GetFunc("call_host");
        var inside = holder.GetFunc("call_host").CallAsync<int, int>(0).AsTask();
        await gate.Entered;
        Task<int>[] calls = [.. flood.Select(static (f, i) => f.CallAsync<int, int>(i).AsTask()), single.CallAsync<int, int>(100).AsTask()];

        gate.Open();
        await Expect.SoonAsync(Task.WhenAll([inside, .. calls]));
        Assert.Equal(21, order.Count);
        Assert.InRange(order.IndexOf(100), 0, 3);
    }

    [Fact]
    public async Task A_tenant_whose_guests_keep_on_leaves_one_worker_to_others()
    {
        using var system = NewLasting();
        await using var host = WasmHost.Attach(system, HostFixture.Options);
        using var gate = new Gate();
        using var end = new CancellationTokenSource();
        var endless = await SpinAsync(host, end.Token);
        var add = (await host.NewAsync(Guests.Worker, Guests.NoHost, new StoreSpec { Tenant = "short" })).GetFunc("add");
        var holders = await HoldersAsync(host, gate.Pass, 6);

        // What they do on their workers, two of the background among them, nothing interrupts; the rest of them would take all.
        Assert.Equal(1, await Expect.SoonAsync(add.CallAsync<int, int, int>(0, 1)));
        Task<int>[] inside = [.. holders.Select(static (f, i) => f.CallAsync<int, int>(i).AsTask())];
        await gate.Entered;
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i + 1, await Expect.SoonAsync(add.CallAsync<int, int, int>(i, 1)));
        }

        gate.Open();
        Assert.Equal(Enumerable.Range(0, holders.Count), await Expect.SoonAsync(Task.WhenAll(inside)));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => Expect.SoonAsync(endless));
    }

    [Fact]
    public async Task A_worker_that_was_kept_for_short_calls_is_given_to_who_waits_when_none_come_any_more()
    {
        using var system = NewLasting("250ms");
        await using var host = WasmHost.Attach(system, HostFixture.Options);
        using var gate = new Gate();
        using var end = new CancellationTokenSource();
        var endless = await SpinAsync(host, end.Token);
        var add = (await host.NewAsync(Guests.Worker, Guests.NoHost, new StoreSpec { Tenant = "short" })).GetFunc("add");
        int entered = 0;
        int Pass(int x)
        {
            Interlocked.Increment(ref entered);
            return gate.Pass(x);
        }

        var holders = await HoldersAsync(host, Pass, 3);

        // A worker, and a thread of the background; the other one has the endless guest.
        Assert.Equal(1, await Expect.SoonAsync(add.CallAsync<int, int, int>(0, 1)));
        Task<int>[] inside = [.. holders.Select(static (f, i) => f.CallAsync<int, int>(i).AsTask())];
        await Expect.ConditionAsync(() => Volatile.Read(ref entered) == 3, "the third has the other worker");

        gate.Open();
        Assert.Equal(Enumerable.Range(0, 3), await Expect.SoonAsync(Task.WhenAll(inside)));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => Expect.SoonAsync(endless));
    }

    [Fact]
    public async Task Short_calls_are_answered_among_endless_guests_and_all_of_those_get_on()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options);
        var add = (await host.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        var spec = new StoreSpec
        {
            AfterInterrupt = FailurePolicy.Stop,
            Options = new() { Mode = ExecutionMode.Preemptive, Limits = new() { Deadline = TimeSpan.FromMinutes(5) } },
        };
        using var end = new CancellationTokenSource();
        var spinners = new List<InstanceRef>();
        var endless = new List<Task>();
        for (int i = 0; i < Environment.ProcessorCount * 4; i++)
        {
            var guest = await host.NewAsync(Spinner, null, spec);
            spinners.Add(guest);
            endless.Add(guest.GetFunc("spin").CallAsync(end.Token).AsTask());
        }

        long[] before = await CountsAsync(spinners);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        long[] now;
        do
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal(i + 1, await Expect.SoonAsync(add.CallAsync<int, int, int>(i, 1)));
            }

            now = await CountsAsync(spinners);
            Assert.False(deadline.IsCancellationRequested, $"Not all got on: {string.Join(", ", now)}.");
        }
        while (now.Zip(before).Any(static counts => counts.First < counts.Second + 10_000_000));

        long[] had = [.. now.Zip(before).Select(static counts => counts.First - counts.Second)];
        Assert.True(had.Max() <= had.Min() * 20, $"Their shares differ too much: {string.Join(", ", had)}.");
        await end.CancelAsync();
        foreach (var call in endless)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => Expect.SoonAsync(call));
        }
    }

    // Guests keep on from their first slice, and are known for it for four times the aging.
    private static ActorSystem NewLasting(string aging = "1m") => ActorSystem.Create("lasting", ConfigurationFactory.ParseString(
        $"akka.stdout-loglevel = OFF\nwasmactors.dispatcher.guest-executor {{ parallelism = 2, foreground-slices = 0, aging = {aging} }}"));

    // A guest that keeps on; the answer is its call.
    private static async Task<Task> SpinAsync(WasmHost host, CancellationToken end)
    {
        var guest = await host.NewAsync(Spinner, null, s_endless);
        var call = guest.GetFunc("spin").CallAsync(end).AsTask();
        await SinksAsync(guest);
        return call;
    }

    // Functions of the same tenant that call the host.
    private static async Task<List<FuncRef>> HoldersAsync(WasmHost host, Func<int, int> import, int count)
    {
        var holders = new List<FuncRef>();
        for (int i = 0; i < count; i++)
        {
            holders.Add((await host.NewAsync(Guests.Worker, Guests.HostImport(import), s_endless)).GetFunc("call_host"));
        }

        return holders;
    }

    // Until it has gone on after its first slice: from the background.
    private static async Task SinksAsync(InstanceRef guest)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Expect.SoonAsync(guest.Store.GetStatusAsync())).Slices < 2)
        {
            Assert.False(deadline.IsCancellationRequested, "The guest did not get on.");
        }
    }

    private static async Task<long[]> CountsAsync(List<InstanceRef> guests)
    {
        var counts = new List<long>();
        foreach (var guest in guests)
        {
            counts.Add((await Expect.SoonAsync(guest.GetGlobal("n").GetAsync())).AsI64());
        }

        return [.. counts];
    }
}
