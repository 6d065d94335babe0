using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Stores;

public class StopTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (import "env" "host" (func $host (param i32) (result i32)))
          (memory (export "memory") 1)
          (table (export "table") 1 funcref)
          (global (export "global") (mut i32) (i32.const 0))
          (func (export "_start"))
          (func (export "call_host") (param i32) (result i32) (call $host (local.get 0))))
        """;

    [Fact]
    public async Task Every_use_of_a_stopped_store_is_refused_at_once()
    {
        var instance = await fixture.NewAsync(Module, Guests.NoHost);
        var store = instance.Store;
        await store.StopAsync();

        Assert.True(store.IsGone);
        Assert.Equal($"store {store.Id} (gone)", store.ToString());
        var call = instance.GetFunc("call_host");
        await GoneAsync(call.CallAsync<int, int>(1));
        await GoneAsync(call.CallAsync(1));
        await GoneAsync(call.CallBatchAsync<int, int>(new[] { 1 }));
        await GoneAsync(store.CallBatchAsync([new(call.Id, [1])]));
        await GoneAsync(instance.RunCommandAsync());
        await GoneAsync(store.InstantiateAsync(instance.Module, Guests.NoHost));
        await GoneAsync(store.InstantiateAsync(instance.Module, [call]));
        await GoneAsync(store.CreateFuncAsync(null, () => 1));
        await GoneAsync(store.CreateMemoryAsync(new MemoryType(1)));
        await GoneAsync(store.CreateTableAsync(new TableType(ValType.FuncRef, 1)));
        await GoneAsync(store.CreateGlobalAsync(new GlobalType(ValType.I32, true), 1));
        await GoneAsync(instance.GetMemory().ReadAsync(0, 1));
        await GoneAsync(instance.GetMemory().GetLengthAsync());
        await GoneAsync(instance.GetMemory().GrowAsync(1));
        await GoneAsync(instance.GetTable("table").GetAsync(0));
        await GoneAsync(instance.GetTable("table").GetSizeAsync());
        await GoneAsync(instance.GetGlobal("global").GetAsync());
        await GoneAsync(store.GetFuelAsync());
        await GoneAsync(store.GetDataAsync());
    }

    [Fact]
    public async Task Stopping_waits_for_what_was_sent_before_and_refuses_what_came_after()
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Module, Guests.HostImport(gate.Pass));
        var before = Enumerable.Range(0, 5).Select(i => instance.GetFunc("call_host").CallAsync<int, int>(i).AsTask()).ToArray();
        await gate.Entered;

        var stopping = instance.Store.StopAsync().AsTask();
        var after = Enumerable.Range(0, 5).Select(i => instance.GetFunc("call_host").CallAsync<int, int>(i).AsTask()).ToArray();
        var asked = instance.Store.Actor.Ask<object>(new StoreProtocol.GetData(), TimeSpan.FromSeconds(60));
        Assert.False(instance.Store.IsGone);
        gate.Open();

        await Expect.SoonAsync(stopping);
        int[] answers = await Expect.SoonAsync(Task.WhenAll(before));
        Assert.Equal([0, 1, 2, 3, 4], answers);
        foreach (var late in after)
        {
            await Expect.ErrorAsync(ErrorCode.StoreGone, () => late);
        }

        Assert.Equal(ErrorCode.StoreGone, Assert.IsType<StoreProtocol.Failed>(await asked).Failure.Code);
    }

    [Fact]
    public async Task A_command_asked_of_a_dead_actor_is_answered_store_gone()
    {
        var instance = await fixture.NewAsync(Module, Guests.NoHost);
        await instance.Store.StopAsync();

        foreach (object command in new object[] { new StoreProtocol.Call(instance.GetFunc("call_host").Id, [1]), new StoreProtocol.GetData(), new StoreProtocol.Stop() })
        {
            var reply = await instance.Store.Actor.Ask<object>(command, TimeSpan.FromSeconds(60));
            Assert.Equal(ErrorCode.StoreGone, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
        }
    }

    [Fact]
    public async Task Stopping_twice_and_by_many_at_once_is_fine()
    {
        var instance = await fixture.NewAsync(Module, Guests.NoHost);

        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => instance.Store.StopAsync().AsTask()))));
        await instance.Store.StopAsync();

        Assert.True(instance.Store.IsGone);
    }

    [Fact]
    public async Task Stopping_by_message_is_answered_done()
    {
        var instance = await fixture.NewAsync(Module, Guests.NoHost);

        var reply = await instance.Store.Actor.Ask<object>(new StoreProtocol.Stop(), TimeSpan.FromSeconds(60));

        Assert.Same(StoreProtocol.Done.Instance, reply);
        Assert.True(instance.Store.IsGone);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_that_wait_when_the_actor_is_stopped_by_others_are_answered(bool poison)
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Module, Guests.HostImport(gate.Pass));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        if (poison)
        {
            instance.Store.Actor.Tell(PoisonPill.Instance);
        }
        else
        {
            fixture.Host.System.Stop(instance.Store.Actor);
        }

        var waiting = Enumerable.Range(0, 5).Select(i => instance.GetFunc("call_host").CallAsync<int, int>(i).AsTask()).ToArray();
        gate.Open();

        Assert.Equal(1, await Expect.SoonAsync(running));
        foreach (var late in waiting)
        {
            await Expect.ErrorAsync(ErrorCode.StoreGone, () => late);
        }

        await GoneAsync(instance.GetFunc("call_host").CallAsync<int, int>(1));
    }

    [Fact]
    public async Task A_store_that_breaks_while_it_is_to_stop_stops_and_everybody_is_answered()
    {
        var never = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var instance = await fixture.NewAsync(Module, new ImportMap().Serve("env", "host", (int _) => never.Task));
        using var cancellation = new CancellationTokenSource();
        var waiting = instance.GetFunc("call_host").CallAsync<int, int>(1, cancellation.Token).AsTask();
        var behind = instance.GetFunc("call_host").CallAsync<int, int>(2).AsTask();
        var stopping = instance.Store.StopAsync().AsTask();
        await Expect.ConditionAsync(() => instance.Store.IsGone, "it takes no more");

        await cancellation.CancelAsync();

        // On a machine under load the caller is answered before the store has looked, and then without its fate.
        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(waiting));
        Assert.Equal((ErrorCode.Cancelled, failure is Trap ? StoreFate.Stopped : null), (failure.Code, failure.Fate));
        await Expect.ErrorAsync(ErrorCode.StoreGone, () => behind);
        await Expect.SoonAsync(stopping);
    }

    [Fact]
    public async Task A_stopped_store_gives_its_memory_back()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options);
        var instances = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.NewAsync(Module, Guests.NoHost)));
        Assert.Equal(20, host.Engine.LiveStores);

        foreach (var instance in instances)
        {
            await instance.Store.StopAsync();
        }

        Assert.Equal(0, host.Engine.LiveStores);
    }

    private static async Task GoneAsync<T>(ValueTask<T> use)
    {
        Assert.True(use.IsCompleted, "The refusal should not need the store's actor.");
        var error = await Expect.ErrorAsync(ErrorCode.StoreGone, use);
        Assert.EndsWith("has gone: it was stopped. Make a new one.", error.Message);
    }
}
