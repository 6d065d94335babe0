using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>What follows when something throws that nobody counted on; here the server of an import does.</summary>
public sealed class BrokenStoreTests : IAsyncLifetime
{
    private const string Worker = """
        (module
          (import "env" "broken" (func $broken))
          (global $n (mut i32) (i32.const 0))
          (func (export "broken") (call $broken))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n)))
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly FuncType s_none = new([], []);

    private WasmHost _host = null!;

    public async Task InitializeAsync() => _host = await WasmHost.StartAsync(HostFixture.Options);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_bug_is_answered_store_lost_once_and_the_store_replaced()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);
        var next = new StoreProtocol.Call(instance.GetFunc("next").Id, []);
        Assert.Equal(1, Returned(await instance.Store.Actor.Ask<object>(next, s_patience)));

        var reply = await instance.Store.Actor.Ask<object>(await BreakingAsync(new ThrowingServer()), s_patience);

        var failure = Assert.IsType<StoreProtocol.Failed>(reply).Failure;
        Assert.Equal(ErrorCode.StoreLost, failure.Code);
        Assert.Equal("System.InvalidTimeZoneException", failure.CauseType);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_bug_in_a_batch_is_answered_store_lost_once_and_the_store_replaced()
    {
        var instance = await _host.NewAsync(Worker, new ImportMap().Serve("env", "broken", s_none, new ThrowingServer()));
        var next = new StoreProtocol.Call(instance.GetFunc("next").Id, []);

        var batch = new StoreProtocol.CallBatch([next, new StoreProtocol.Call(instance.GetFunc("broken").Id, []), next]);
        var reply = await instance.Store.Actor.Ask<object>(batch, s_patience);

        Assert.Equal(ErrorCode.StoreLost, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_bug_while_the_store_is_made_again_counts_as_a_failure_and_the_store_rests()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost, new() { Restart = new() { MaxReplacements = 1 } });

        var onlyOnce = await BreakingAsync(new ThrowingServer(after: 1));
        Assert.IsType<StoreProtocol.Instantiated>(await instance.Store.Actor.Ask<object>(onlyOnce, s_patience));
        var reply = await instance.Store.Actor.Ask<object>(await BreakingAsync(new ThrowingServer()), s_patience);

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
            new StoreProtocol.CreateServedFunc(null!),
            new StoreProtocol.CreateMemory(null!),
            new StoreProtocol.CreateTable(null!, null),
            new StoreProtocol.CreateGlobal(null!, default),
            new StoreProtocol.Instantiate(null!, new ImportMap()),
            new StoreProtocol.Instantiate(instance.Module, null!),
            new StoreProtocol.InstantiateInOrder(null!, []),
            new StoreProtocol.InstantiateInOrder(instance.Module, null!),
            new StoreProtocol.CallBatch(null!),
            new StoreProtocol.CallBatch([null!]),
            new StoreProtocol.WriteMemory(instance.GetMemory().Id, 0, new ThrowingBytes().Memory),
        })
        {
            var failure = Assert.IsType<StoreProtocol.Failed>(await instance.Store.Actor.Ask<object>(command, s_patience)).Failure;
            Assert.Equal(ErrorCode.BadArguments, failure.Code);
        }

        Assert.Equal(5, (await instance.GetGlobal("g").GetAsync()).AsI32());
    }

    private async Task<StoreProtocol.Instantiate> BreakingAsync(ThrowingServer server) => new(
        await _host.LoadTextAsync("""(module (import "env" "broken" (func $broken)) (start $broken))"""),
        new ImportMap().Serve("env", "broken", s_none, server));

    [Fact]
    public async Task A_null_argument_of_a_handle_is_an_argument_error_and_leaves_the_store_as_it_is()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);
        var store = instance.Store;
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());

        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CreateMemoryAsync(null!).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CreateTableAsync(null!).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CreateGlobalAsync(null!, 1).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CreateFuncAsync(null, null!).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CreateServedFuncAsync(null!, s_none, ActorRefs.Nobody).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CreateServedFuncAsync("f", null!, ActorRefs.Nobody).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CreateServedFuncAsync("f", s_none, null!).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.InstantiateAsync(instance.Module, [null!]).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.CallBatchAsync(null!).AsTask());
        Assert.Contains("The call at 1 is null", (await Assert.ThrowsAsync<ArgumentException>(() => store.CallBatchAsync([new(default, []), null!]).AsTask())).Message);

        Assert.Equal(2, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task Odd_messages_to_the_supervisor_are_answered_and_leave_the_stores_as_they_are()
    {
        var instance = await _host.NewAsync(Guests.Worker, Guests.NoHost);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());

        foreach (object message in new object[]
        {
            new HostProtocol.CreateStore(null!),
            new HostProtocol.CreateStore(new() { Options = null! }),
            new HostProtocol.CreateStore(new() { Restart = null! }),
            new HostProtocol.CreateStore(new() { Options = new() { Limits = null! } }),
        })
        {
            Assert.Equal(ErrorCode.BadSettings, Assert.IsType<StoreProtocol.Failed>(await _host.Supervisor.Ask<object>(message, s_patience)).Failure.Code);
        }

        Assert.Equal(ErrorCode.BadArguments, Assert.IsType<StoreProtocol.Failed>(await _host.Supervisor.Ask<object>(new StoreProtocol.GetData(), s_patience)).Failure.Code);
        Assert.Equal(ErrorCode.BadArguments, Assert.IsType<StoreProtocol.Failed>(await instance.Store.Actor.Ask<object>(new HostProtocol.GetStatus(), s_patience)).Failure.Code);
        _host.Supervisor.Tell(new SupervisionDecision(1, 1, SupervisionAction.Stop, null!, null!, default));
        Assert.Empty((await _host.GetStatusAsync(int.MaxValue)).Decisions);
        Assert.Equal(2, await instance.GetFunc("next").CallAsync<int>());
    }

    /// <summary>Bytes that cannot be looked at.</summary>
    private sealed class ThrowingBytes : System.Buffers.MemoryManager<byte>
    {
        private bool _isMade;

        public override Span<byte> GetSpan() => _isMade ? throw new InvalidTimeZoneException("The clock has stopped.") : default;

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        public override Memory<byte> Memory
        {
            get
            {
                _isMade = true;
                return CreateMemory(4);
            }
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private static int Returned(object reply) => Assert.IsType<StoreProtocol.Returned>(reply).Results.Value.AsI32();
}
