using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Stores;

public class ReplacementTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (import "env" "scale" (func $scale (param i32) (result i32)))
          (import "env" "memory" (memory 1))
          (import "env" "table" (table 1 funcref))
          (import "env" "count" (global $count (mut i32)))
          (type $point (struct (field i32)))
          (func $five (result i32) (i32.const 5))
          (elem declare func $five)
          (func (export "run") (result i32)
            (global.set $count (i32.add (global.get $count) (i32.const 1)))
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (call $scale (global.get $count)))
          (func (export "func") (result funcref) (ref.func $five))
          (func (export "take") (param funcref) (result i32) (ref.is_null (local.get 0)))
          (func (export "new") (result anyref) (struct.new $point (i32.const 1)))
          (func (export "use") (param anyref) (result i32) (ref.is_null (local.get 0)))
          (func (export "spin") (loop $l (br $l))))
        """;

    [Fact]
    public async Task Everything_that_was_made_in_a_store_is_made_again_in_its_first_state()
    {
        var store = await fixture.Host.CreateStoreAsync(new() { Options = Guests.EveryFeature with { Data = "first" } });
        var scale = await store.CreateFuncAsync(null, (int x) => x * 10);
        var memory = await store.CreateMemoryAsync(new MemoryType(1));
        var table = await store.CreateTableAsync(new TableType(ValType.FuncRef, 1), scale);
        var count = await store.CreateGlobalAsync(new GlobalType(ValType.I32, IsMutable: true), 100);
        var module = await fixture.Host.LoadTextAsync(Module);
        var ordered = await store.InstantiateAsync(module, [scale, memory, table, count]);
        var named = await store.InstantiateAsync(module, new ImportMap(new ImportSet().Define("env", "scale", (int x) => -x))
            .Define("env", "memory", memory).Define("env", "table", table).Define("env", "count", count));

        for (int generation = 0; generation < 2; generation++)
        {
            Assert.Equal("first", await store.GetDataAsync());
            Assert.Equal(1010, await ordered.GetFunc("run").CallAsync<int>());
            Assert.Equal(-102, await named.GetFunc("run").CallAsync<int>());
            Assert.Equal(2, await memory.ReadAsync<int>(0));
            Assert.Equal(Val.I32(102), await count.GetAsync());
            Assert.Equal(70, await (await table.GetAsync(0)).AsFunc()!.CallAsync<int, int>(7));
            await table.SetAsync(0, null);
            await store.SetDataAsync("second");
            await BreakAsync(ordered);
        }
    }

    [Fact]
    public async Task Functions_that_the_old_store_handed_out_are_refused_and_new_ones_work()
    {
        var instance = await NewAsync();
        var old = (await instance.GetFunc("func").CallAsync()).Value.AsFunc()!;
        Assert.Equal(5, await old.CallAsync<int>());

        await BreakAsync(instance);

        var error = await Expect.ErrorAsync(ErrorCode.StoreLost, old.CallAsync<int>());
        Assert.Equal("The function came out of a store that has been replaced since: ask the new one for it.", error.Message);
        await Expect.ErrorAsync(ErrorCode.StoreLost, old.CallAsync());
        await Expect.ErrorAsync(ErrorCode.StoreLost, old.CallBatchAsync<Nothing, int>(new Nothing[1]));
        await Expect.ErrorAsync(ErrorCode.StoreLost, instance.GetFunc("take").CallAsync(old));
        var fresh = (await instance.GetFunc("func").CallAsync()).Value.AsFunc()!;
        Assert.Equal(5, await fresh.CallAsync<int>());
        Assert.Equal(0, (await instance.GetFunc("take").CallAsync(fresh)).Value.AsI32());
        Assert.NotEqual(old, fresh);
    }

    [Fact]
    public async Task References_into_the_old_stores_heap_are_refused()
    {
        var instance = await NewAsync();
        var old = (await instance.GetFunc("new").CallAsync()).Value;

        await BreakAsync(instance);

        await Expect.ErrorAsync(ErrorCode.WrongStore, instance.GetFunc("use").CallAsync(old));
        Assert.Equal(0, (await instance.GetFunc("use").CallAsync((await instance.GetFunc("new").CallAsync()).Value)).Value.AsI32());
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_again_rests_and_says_why()
    {
        int made = 0;
        var instance = await fixture.NewAsync(
            """
            (module
              (import "env" "start" (func $start))
              (func (export "one") (result i32) (i32.const 1))
              (func (export "spin") (loop $l (br $l)))
              (start $start))
            """,
            new ImportSet().Define("env", "start", () => { made = made == 0 ? 1 : throw new Trap("only once"); }),
            new() { Restart = new() { MaxReplacements = 1, OpenFor = TimeSpan.FromMinutes(5), Jitter = 0 } });

        await BreakAsync(instance);

        var error = await Expect.ErrorAsync(ErrorCode.CircuitOpen, instance.GetFunc("one").CallAsync<int>());
        Assert.StartsWith($"Store {instance.Store.Id} failed too often and is given a rest: trap.host: only once. Try again in ", error.Message);
        Assert.False(instance.Store.IsGone);
    }

    [Fact]
    public async Task An_instantiation_that_is_interrupted_is_not_made_again()
    {
        var instance = await NewAsync();
        var endless = await fixture.Host.LoadTextAsync("(module (func $main (loop $l (br $l))) (start $main))");

        await Expect.DeadlineTrapAsync(() => instance.Store.InstantiateAsync(endless, options: TimeSpan.FromMilliseconds(20)));

        Assert.Equal(10, await instance.GetFunc("run").CallAsync<int>());
        var second = await instance.Store.InstantiateAsync(await fixture.Host.LoadTextAsync(Guests.Worker), Guests.NoHost);
        Assert.Equal(2, second.Number);
    }

    private static Task<Trap> BreakAsync(InstanceRef instance) =>
        Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));

    private async Task<InstanceRef> NewAsync()
    {
        var store = await fixture.Host.CreateStoreAsync(new() { Options = Guests.EveryFeature });
        var imports = new ExternRef[]
        {
            await store.CreateFuncAsync(null, (int x) => x * 10),
            await store.CreateMemoryAsync(new MemoryType(1)),
            await store.CreateTableAsync(new TableType(ValType.FuncRef, 1)),
            await store.CreateGlobalAsync(new GlobalType(ValType.I32, IsMutable: true), 0),
        };
        return await store.InstantiateAsync(await fixture.Host.LoadTextAsync(Module), imports);
    }
}
