using System.Collections;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>What follows when something throws that nobody counted on; here a list in a command does.</summary>
public sealed class BrokenStoreTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private WasmHost _host = null!;

    public async Task InitializeAsync() => _host = await WasmHost.StartAsync(HostFixture.Options);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_bug_is_answered_store_lost_once_and_the_store_replaced()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);
        var next = new StoreProtocol.Call(instance.GetFunc("next").Id, []);
        Assert.Equal(1, Returned(await instance.Store.Actor.Ask<object>(next, s_patience)));

        var reply = await instance.Store.Actor.Ask<object>(new StoreProtocol.InstantiateInOrder(instance.Module, new ThrowingList<ExternId>(after: 0)), s_patience);

        var failure = Assert.IsType<StoreProtocol.Failed>(reply).Failure;
        Assert.Equal(ErrorCode.StoreLost, failure.Code);
        Assert.Equal("System.InvalidTimeZoneException", failure.CauseType);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_bug_in_a_batch_is_answered_store_lost_once_and_the_store_replaced()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);
        var next = new StoreProtocol.Call(instance.GetFunc("next").Id, []);

        var batch = new StoreProtocol.CallBatch(new ThrowingList<StoreProtocol.Call>(after: 5, next, next, next));
        var reply = await instance.Store.Actor.Ask<object>(batch, s_patience);

        Assert.Equal(ErrorCode.StoreLost, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_bug_while_the_store_is_made_again_counts_as_a_failure_and_the_store_rests()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost, new() { Restart = new() { MaxReplacements = 1 } });

        var onlyOnce = new StoreProtocol.InstantiateInOrder(await _host.LoadTextAsync("(module)"), new ThrowingList<ExternId>(after: 1));
        Assert.IsType<StoreProtocol.Instantiated>(await instance.Store.Actor.Ask<object>(onlyOnce, s_patience));

        var bad = new StoreProtocol.InstantiateInOrder(instance.Module, new ThrowingList<ExternId>(after: 0));
        var reply = await instance.Store.Actor.Ask<object>(bad, s_patience);

        Assert.Equal(ErrorCode.StoreLost, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
        var error = await Expect.ErrorAsync(ErrorCode.CircuitOpen, instance.GetFunc("next").CallAsync<int>());
        Assert.Contains("InvalidTimeZoneException: The clock has stopped.", error.Message);
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_for_a_reason_nobody_counted_on_is_answered_at_once()
    {
        _host.Engine.Dispose();

        var error = await Expect.ErrorAsync(ErrorCode.EngineError, () => _host.CreateStoreAsync());

        Assert.IsType<ObjectDisposedException>(error.InnerException);
    }

    [Fact]
    public async Task An_argument_that_no_handle_would_send_is_an_error_and_leaves_the_store_as_it_is()
    {
        var instance = await _host.NewAsync("""(module (memory (export "memory") 1) (table (export "table") 1 funcref) (global (export "g") (mut i32) (i32.const 0)))""");
        await instance.GetGlobal("g").SetAsync(5);

        foreach (object command in new object[]
        {
            new StoreProtocol.GrowMemory(instance.GetMemory().Id, -1),
            new StoreProtocol.GrowTable(instance.GetTable("table").Id, -1, null),
            new StoreProtocol.CreateFunc(null!),
            new StoreProtocol.Instantiate(null!, new Actors.Imports.ImportMap()),
        })
        {
            var failure = Assert.IsType<StoreProtocol.Failed>(await instance.Store.Actor.Ask<object>(command, s_patience)).Failure;
            Assert.Equal(ErrorCode.BadArguments, failure.Code);
        }

        Assert.Equal(5, (await instance.GetGlobal("g").GetAsync()).AsI32());
    }

    /// <summary>A list that can be read so many times, and then throws.</summary>
    private sealed class ThrowingList<T>(int after, params T[] items) : IReadOnlyList<T>
    {
        private int _left = after;

        public int Count => Read().Length;

        public T this[int index] => Read()[index];

        public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Read()).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private T[] Read() => _left-- > 0 ? items : throw new InvalidTimeZoneException("The clock has stopped.");
    }

    private static int Returned(object reply) => Assert.IsType<StoreProtocol.Returned>(reply).Results.Value.AsI32();
}
