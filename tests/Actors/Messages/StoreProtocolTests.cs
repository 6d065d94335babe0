using Akka.Actor;
using Akka.TestKit.Xunit2;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Tests.Messages;

/// <summary>The same operations without handles: messages to the store's actor, and its answers.</summary>
public sealed class StoreProtocolTests : TestKit, IAsyncLifetime
{
    private const string Module = """
        (module $guest
          (import "env" "host" (func $host (param i32) (result i32)))
          (memory (export "memory") 1 2)
          (table (export "table") 2 funcref)
          (global (export "global") (mut i32) (i32.const 4))
          (elem (table 0) (i32.const 0) func $divmod)
          (func $divmod (export "divmod") (param i32 i32) (result i32 i32)
            (i32.div_s (local.get 0) (local.get 1)) (i32.rem_s (local.get 0) (local.get 1)))
          (func (export "call_host") (param i32) (result i32) (call $host (local.get 0)))
          (func (export "next") (result i32)
            (global.set 0 (i32.add (global.get 0) (i32.const 1))) (global.get 0)))
        """;

    private const int Memory = 0;
    private const int Table = 1;
    private const int Global = 2;
    private const int DivMod = 3;
    private const int CallHost = 4;
    private const int Next = 5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private WasmHost _host = null!;
    private IActorRef _store = null!;

    public async Task InitializeAsync()
    {
        _host = WasmHost.Attach(Sys, HostFixture.Options);
        var created = await _host.Supervisor.Ask<HostProtocol.StoreCreated>(new HostProtocol.CreateStore(new StoreSpec()), s_patience);
        _store = created.Store.Actor;
        var set = new ImportSet().Define("env", "host", (int x) => x >= 0 ? x + 1 : throw new InvalidOperationException("negative"));
        Assert.Equal(1, (await AskAsync<Instantiated>(new Instantiate(await _host.LoadTextAsync(Module), set))).Instance);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    [Trait("Row", "4")]
    [Trait("Row", "5")]
    public async Task A_call_is_answered_with_its_results()
    {
        var returned = await AskAsync<Returned>(new Call(Export(DivMod), [17, 5]));

        Assert.Equal([Val.I32(3), Val.I32(2)], returned.Results);
    }

    [Fact]
    [Trait("Row", "6")]
    public async Task Wrong_arguments_are_answered_with_a_failure()
    {
        var failure = await RefusedAsync(ErrorCode.BadArguments, new Call(Export(DivMod), [17]));

        Assert.Equal("(i32, i32) -> (i32, i32) takes 2 arguments, not 1.", failure.Message);
        Assert.Null(failure.TrapCode);
    }

    [Fact]
    [Trait("Row", "7")]
    public async Task A_trap_is_answered_as_data_with_its_backtrace()
    {
        var failure = await RefusedAsync("trap.integer_divide_by_zero", new Call(Export(DivMod), [1, 0]));

        Assert.Equal(TrapCode.IntegerDivideByZero, failure.TrapCode);
        var frame = Assert.Single(failure.Frames);
        Assert.Equal((1u, "divmod", "guest"), (frame.FuncIndex, frame.FuncName, frame.ModuleName));
    }

    [Fact]
    [Trait("Row", "9")]
    public async Task A_host_exception_is_answered_with_its_type_and_message()
    {
        var failure = await RefusedAsync(ErrorCode.HostException, new Call(Export(CallHost), [-1]));

        Assert.Equal(("System.InvalidOperationException", "negative"), (failure.CauseType, failure.CauseMessage));
    }

    [Fact]
    [Trait("Row", "10")]
    public async Task A_command_is_answered_with_its_exit_status()
    {
        var module = await _host.LoadTextAsync("""
            (module
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1)
              (func (export "_start") (call $exit (i32.const 42))))
            """);
        int instance = (await AskAsync<Instantiated>(new Instantiate(module, new ImportSet().DefineWasi()))).Instance;

        Assert.Equal(42, (await AskAsync<Exited>(new RunCommand(instance))).Status);
        Assert.Equal(42, (await RefusedAsync(ErrorCode.WasiExit, new Call(new ExternId(instance, 1), []))).ExitStatus);
    }

    [Fact]
    [Trait("Row", "13")]
    public async Task Imports_in_order_are_named_by_what_was_made_before()
    {
        var memory = (await AskAsync<Created>(new CreateMemory(new MemoryType(1)))).Id;
        var func = (await AskAsync<Created>(new CreateFunc(HostFunc.Create((int x) => x * 2)))).Id;
        var module = await _host.LoadTextAsync("""
            (module
              (import "a" "f" (func $f (param i32) (result i32)))
              (import "a" "m" (memory 1))
              (func (export "run") (result i32) (call $f (i32.load (i32.const 8)))))
            """);
        int instance = (await AskAsync<Instantiated>(new InstantiateInOrder(module, [func, memory]))).Instance;
        await AskAsync<Done>(new WriteMemory(memory, 8, new byte[] { 21 }));

        Assert.Equal(Val.I32(42), (await AskAsync<Returned>(new Call(new ExternId(instance, 0), []))).Results.Value);
        await RefusedAsync(ErrorCode.ImportWrongKind, new InstantiateInOrder(module, [memory, func]));
        await RefusedAsync(ErrorCode.MissingImport, new InstantiateInOrder(module, [func]));
    }

    [Fact]
    [Trait("Row", "17")]
    public async Task Memories_tables_and_globals_are_read_written_and_grown()
    {
        await AskAsync<Done>(new WriteMemory(Export(Memory), 4, new byte[] { 1, 2 }));
        Assert.Equal([1, 2, 0], (await AskAsync<Bytes>(new ReadMemory(Export(Memory), 4, 3))).Value.ToArray());
        Assert.Equal(65536, (await AskAsync<Size>(new GetSize(Export(Memory)))).Value);
        Assert.Equal(1, (await AskAsync<Size>(new GrowMemory(Export(Memory), 1))).Value);
        await RefusedAsync(ErrorCode.MemoryGrowFailed, new GrowMemory(Export(Memory), 1));
        await RefusedAsync(ErrorCode.MemoryOutOfRange, new ReadMemory(Export(Memory), 2 * 65536, 1));

        Assert.Equal(2, (await AskAsync<Size>(new GetSize(Export(Table)))).Value);
        Assert.Equal(2, (await AskAsync<Size>(new GrowTable(Export(Table), 1, null))).Value);
        var func = (await AskAsync<Value>(new GetElement(Export(Table), 0))).Content;
        await AskAsync<Done>(new SetElement(Export(Table), 2, func));
        Assert.Equal(func, (await AskAsync<Value>(new GetElement(Export(Table), 2))).Content);
        Assert.Equal([Val.I32(4), Val.I32(1)], (await AskAsync<Returned>(new Call(func.AsFunc()!.Id, [9, 2]))).Results);

        await AskAsync<Done>(new SetGlobal(Export(Global), 40));
        Assert.Equal(Val.I32(40), (await AskAsync<Value>(new GetGlobal(Export(Global)))).Content);
        await RefusedAsync(ErrorCode.WrongType, new SetGlobal(Export(Global), 1.5));
    }

    [Fact]
    [Trait("Row", "2")]
    public async Task An_items_type_is_told()
    {
        Assert.Equal("memory 1..2 pages", (await AskAsync<TypeOf>(new GetExternType(Export(Memory)))).Type.ToString());
        Assert.Equal("(i32, i32) -> (i32, i32)", (await AskAsync<TypeOf>(new GetExternType(Export(DivMod)))).Type.ToString());
    }

    [Fact]
    [Trait("Row", "19")]
    public async Task The_stores_data_is_set_and_told()
    {
        Assert.Null((await AskAsync<Data>(new GetData())).Value);
        await AskAsync<Done>(new SetData("mine"));
        Assert.Equal("mine", (await AskAsync<Data>(new GetData())).Value);
        await AskAsync<Done>(new CollectGuestHeap());
        await RefusedAsync(ErrorCode.BadSettings, new GetFuel());
    }

    [Theory]
    [InlineData(0, 99)]
    [InlineData(1, -1)]
    [InlineData(1, 6)]
    [InlineData(2, 0)]
    [InlineData(int.MaxValue, 0)]
    public async Task A_name_that_the_store_does_not_know_is_refused(int owner, int index)
    {
        await RefusedAsync(ErrorCode.ExportNotFound, new Call(new ExternId(owner, index), []));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(int.MinValue, 0)]
    public async Task A_function_that_this_store_never_handed_out_is_refused(int owner, int index)
    {
        await RefusedAsync(ErrorCode.ExportNotFound, new Call(new ExternId(owner, index), [])); // nothing was lost
    }

    [Fact]
    public async Task A_name_of_another_kind_is_refused()
    {
        Assert.Equal("The handle names a memory, not a func.", (await RefusedAsync(ErrorCode.ExportWrongKind, new Call(Export(Memory), []))).Message);
        await RefusedAsync(ErrorCode.ExportWrongKind, new GetSize(Export(Global)));
        await RefusedAsync(ErrorCode.ExportNotFound, new RunCommand(1));
        await RefusedAsync(ErrorCode.ExportNotFound, new RunCommand(9));
    }

    [Fact]
    public void Every_command_of_one_sender_is_answered_once_in_order()
    {
        var probe = CreateTestProbe();
        for (int i = 0; i < 200; i++)
        {
            _store.Tell(new Call(Export(Next), []), probe);
            _store.Tell(new Call(Export(DivMod), [1, 0]), probe);
            _store.Tell(new GetGlobal(Export(Global)), probe);
        }

        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(Val.I32(5 + i), probe.ExpectMsg<Returned>(s_patience).Results.Value);
            Assert.Equal("trap.integer_divide_by_zero", probe.ExpectMsg<Failed>(s_patience).Failure.Code);
            Assert.Equal(Val.I32(5 + i), probe.ExpectMsg<Value>(s_patience).Content);
        }

        _store.Tell(new Stop(), probe);
        Assert.Same(Done.Instance, probe.ExpectMsg<Done>(s_patience));
        Assert.False(probe.HasMessages);
    }

    [Fact]
    public void A_stopped_actor_is_terminated_for_who_watches_it()
    {
        Watch(_store);

        _store.Tell(new Stop(), TestActor);

        Assert.Equal(
            ["Done", "Terminated"],
            new[] { ExpectMsg<object>(s_patience), ExpectMsg<object>(s_patience) }.Select(m => m.GetType().Name).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private static ExternId Export(int index) => new(1, index);

    private async Task<T> AskAsync<T>(Command command)
    {
        object reply = await _store.Ask<object>(command, s_patience);
        return reply is Failed failed ? throw new InvalidOperationException($"{failed.Failure.Code}: {failed.Failure.Message}") : Assert.IsType<T>(reply);
    }

    private async Task<WasmFailure> RefusedAsync(string code, Command command)
    {
        var failure = Assert.IsType<Failed>(await _store.Ask<object>(command, s_patience)).Failure;
        Assert.Equal(code, failure.Code);
        return failure;
    }
}
