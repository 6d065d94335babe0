using Akka.Actor;
using Akka.Configuration;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Handles;

public class WasmHostTests
{
    [Fact]
    public async Task A_host_starts_alone_and_ends_its_system_with_itself()
    {
        var host = await WasmHost.StartAsync(HostFixture.Options);
        var instance = await host.NewAsync(Guests.Worker, Guests.NoHost);
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));

        await host.DisposeAsync();
        await host.DisposeAsync();

        Assert.True(host.System.WhenTerminated.IsCompleted);
        Assert.Equal(0, host.Engine.LiveStores);
    }

    [Fact]
    public async Task A_host_attaches_to_a_system_that_is_there_and_leaves_it_running()
    {
        using var system = ActorSystem.Create("mine", ConfigurationFactory.ParseString("akka.loglevel = WARNING\nakka.stdout-loglevel = OFF"));
        var first = WasmHost.Attach(system, HostFixture.Options);
        var second = WasmHost.Attach(system, HostFixture.Options);
        var one = await first.NewAsync(Guests.Worker, Guests.NoHost);
        var two = await second.NewAsync(Guests.Worker, Guests.NoHost);
        Assert.Same(system, first.System);
        Assert.NotEqual(one.Store.Id, two.Store.Id);

        await first.DisposeAsync();

        Assert.False(system.WhenTerminated.IsCompleted);
        Assert.True(one.Store.IsGone);
        Assert.Equal(3, await two.GetFunc("add").CallAsync<int, int, int>(1, 2));
        await second.DisposeAsync();
        await system.Terminate();
    }

    [Fact]
    public async Task A_systems_own_settings_win_over_the_librarys()
    {
        using var system = ActorSystem.Create("mine", ConfigurationFactory.ParseString("akka.stdout-loglevel = OFF\nwasmactors.dispatcher.dedicated-thread-pool.thread-count = 1"));
        await using var host = WasmHost.Attach(system, HostFixture.Options);

        Assert.Equal(1, system.Settings.Config.GetInt("wasmactors.dispatcher.dedicated-thread-pool.thread-count"));
        Assert.Equal(64, system.Settings.Config.GetInt("wasmactors.dispatcher.throughput"));
        var instance = await host.NewAsync(Guests.Worker, Guests.NoHost);
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
        await system.Terminate();
    }

    [Fact]
    public async Task Handles_of_a_disposed_host_are_refused_at_once()
    {
        var host = await WasmHost.StartAsync(HostFixture.Options);
        var instance = await host.NewAsync(Guests.Worker, Guests.NoHost);

        await host.DisposeAsync();

        var call = instance.GetFunc("add").CallAsync<int, int, int>(1, 2);
        Assert.True(call.IsFaulted);
        await Expect.ErrorAsync(ErrorCode.StoreGone, call);
        await instance.Store.StopAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.CreateStoreAsync());
    }

    [Fact]
    public async Task Disposing_a_host_answers_everybody_who_waits()
    {
        using var gate = new Gate();
        var host = await WasmHost.StartAsync(HostFixture.Options);
        var instance = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var waiting = Enumerable.Range(0, 10).Select(_ => instance.GetFunc("next").CallAsync<int>().AsTask()).ToArray();

        var disposing = host.DisposeAsync().AsTask();
        gate.Open();

        await Expect.SoonAsync(disposing);
        Assert.Equal(1, await Expect.SoonAsync(running));
        foreach (var call in waiting)
        {
            // Which come before the stop is not the test's to say; that each is answered, is.
            try
            {
                Assert.InRange(await Expect.SoonAsync(call), 1, waiting.Length);
            }
            catch (WasmError gone)
            {
                Assert.Equal(ErrorCode.StoreGone, gone.Code);
            }
        }
    }

    [Fact]
    public async Task Settings_that_contradict_each_other_are_refused_at_the_start()
    {
        await Expect.ErrorAsync(ErrorCode.BadSettings, () => WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Gc = false, Exceptions = true } }));
    }

    [Fact]
    public async Task Handles_travel_in_messages_between_actors()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options);
        var instance = await host.NewAsync(Guests.Worker, Guests.NoHost);
        var worker = host.System.ActorOf(Props.Create(() => new Caller()));

        int sum = await worker.Ask<int>(instance.GetFunc("add"), TimeSpan.FromSeconds(60));
        string code = await worker.Ask<string>(instance, TimeSpan.FromSeconds(60));

        Assert.Equal(42, sum);
        Assert.Equal("trap.unreachable", code);
    }

    private sealed class Caller : ReceiveActor
    {
        public Caller()
        {
            ReceiveAsync<FuncRef>(async func => Sender.Tell(await func.CallAsync<int, int, int>(40, 2)));
            ReceiveAsync<InstanceRef>(async instance =>
            {
                var trap = await Assert.ThrowsAsync<Trap>(() => instance.GetFunc("trap").CallAsync().AsTask());
                Sender.Tell(trap.Code);
            });
        }
    }

    [Fact]
    public async Task A_store_whose_creation_was_given_up_is_stopped()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options);
        await host.CreateStoreAsync();

        await Expect.ErrorAsync(ErrorCode.Cancelled, () => host.CreateStoreAsync(cancellation: new CancellationToken(canceled: true)));

        await Expect.ConditionAsync(() => ((ActorRefWithCell)host.Supervisor).Children.Count() == 1, "its actor has ended");
        Assert.Equal(1, host.Engine.LiveStores);
    }
}
