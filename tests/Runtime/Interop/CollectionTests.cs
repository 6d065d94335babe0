using System.Runtime.CompilerServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Tests.Support;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>The host's garbage collector runs all the time: nothing that native code holds is lost, nothing is held too long.</summary>
public sealed class CollectionTests
{
    private const string Everything = """
        (module
          (type $point (struct (field i32)))
          (tag $oops (param i32))
          (import "host" "number" (func $number (param i32 i64) (result i64)))
          (import "host" "object" (func $object (param externref anyref) (result externref anyref)))
          (import "host" "fail" (func $fail (param i32)))
          (memory (export "memory") 1)
          (table (export "t") 4 externref)
          (func (export "numbers") (param i32) (result i64) (call $number (local.get 0) (i64.const 7)))
          (func (export "objects") (param externref) (result externref anyref) (call $object (local.get 0) (struct.new $point (i32.const 5))))
          (func (export "value") (param (ref $point)) (result i32) (struct.get $point 0 (local.get 0)))
          (func (export "caught") (result exnref)
            (block $c (result exnref) (try_table (catch_all_ref $c) (throw $oops (i32.const 1))) unreachable))
          (func (export "thrown") (throw $oops (i32.const 1)))
          (func (export "fail") (param i32) (call $fail (local.get 0))))
        """;

    [Fact]
    public async Task Calls_of_every_kind_stay_right_while_the_collector_runs()
    {
        await using var collections = new ConstantCollections();
        long end = Environment.TickCount64 + 2000;
        int rounds = 0;
        for (; Environment.TickCount64 < end; rounds++)
        {
            OneStore();
        }

        Assert.True(rounds > 0);
    }

    [Fact]
    public void Delegates_live_as_long_as_native_code_holds_them()
    {
        using var store = new TestStore();
        var add = MakeAdder(store);
        var module = store.Compile("""(module (import "host" "f" (func $f (param i32) (result i32))) (func (export "run") (param i32) (result i32) (call $f (local.get 0))))""");
        var run = InstantiateWithForgottenSet(store, module);
        for (int i = 0; i < 20; i++)
        {
            CollectAll();
            Assert.Equal(i + 1000, add.Call<int, int>(i));
            Assert.Equal(i + 2000, run.Call<int, int>(i));
        }
    }

    [Fact]
    public void A_host_object_given_to_a_guest_is_freed_with_the_store()
    {
        var store = new TestStore();
        var (kept, table) = Give(store);
        CollectAll();
        Assert.True(kept.IsAlive);

        store.Dispose();
        CollectAll();
        Assert.False(kept.IsAlive);
        Assert.Equal("store.gone", Assert.Throws<WasmError>(() => table.Size).Code);
    }

    [Fact]
    public void A_host_object_that_the_guest_let_go_of_is_freed_with_the_guest_s_next_collection()
    {
        using var store = new TestStore();
        var (kept, table) = Give(store);
        table.Set(0, Val.ExternRef(null));
        store.Store.CollectGuestHeap();
        CollectAll();

        Assert.False(kept.IsAlive);
    }

    [Fact]
    public void The_delegates_of_a_disposed_store_are_freed()
    {
        var store = new TestStore();
        var held = MakeHeldDelegate(store);
        CollectAll();
        Assert.True(held.IsAlive);

        store.Dispose();
        CollectAll();
        Assert.False(held.IsAlive);
        GC.KeepAlive(store);
    }

    [Fact]
    public void A_store_that_nobody_disposed_is_collected()
    {
        using var engine = new WasmEngine();
        var forgotten = ForgetStore(engine);
        Assert.Equal(1, engine.LiveStores);
        CollectAll();
        CollectAll();

        Assert.False(forgotten.IsAlive);
        Assert.Equal(0, engine.LiveStores);
    }

    [Fact]
    public void References_outlive_their_store_without_harm()
    {
        var references = new List<WasmReference>();
        for (int i = 0; i < 20; i++)
        {
            using var store = new TestStore();
            var make = store.Load("""(module (type $p (struct (field i32))) (func (export "p") (result anyref) (struct.new $p (i32.const 1))))""").GetFunc("p");
            references.Add(make.Call().Value.AsReference()!);
        }

        Assert.Equal(20, references.Count);
        references.Clear();
        CollectAll();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneStore()
    {
        using var store = new TestStore();
        var data = new string('d', 10);
        var set = new ImportSet()
            .Define("host", "number", (WasmCaller caller, int a, long b) => a + b + caller.GetMemory().Length)
            .Define("host", "object", HostFunc.Create(
                new FuncType([ValType.ExternRef, ValType.AnyRef], [ValType.ExternRef, ValType.AnyRef]),
                (Val[] v) => new[] { Val.ExternRef($"{v[0].AsExternRef()}!"), v[1] }))
            .Define("host", "fail", (Action<int>)(a => throw (a == 0 ? new Trap("stop") : new IOException($"{data}{a}"))));
        var guest = store.Load(Everything, set);
        for (int i = 1; i < 100; i++)
        {
            Assert.Equal(i + 7 + 65536, guest.GetFunc("numbers").Call<int, long>(i));
            var objects = guest.GetFunc("objects").Call($"item {i}");
            Assert.Equal($"item {i}!", objects[0].AsExternRef());
            Assert.Equal(5, guest.GetFunc("value").CallVals(objects[1]).Value.AsI32());
            guest.GetTable("t").Set(i % 4, objects[0]);
            Assert.Equal($"item {i}!", guest.GetTable("t").Get(i % 4).AsExternRef());
            Assert.NotNull(guest.GetFunc("caught").Call().Value.AsReference());
            Assert.Equal(TrapCode.UncaughtException, Assert.Throws<Trap>(() => guest.GetFunc("thrown").Call()).TrapCode);
            Assert.Equal($"{data}{i}", Assert.Throws<WasmError>(() => guest.GetFunc("fail").Call(i)).InnerException!.Message);
            Assert.Equal("stop", Assert.Throws<Trap>(() => guest.GetFunc("fail").Call<int, Nothing>(0)).Message);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WasmFunc MakeAdder(TestStore store)
    {
        int thousand = 1000;
        return WasmFunc.FromDelegate(store.Store, null, (int a) => a + thousand);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WasmFunc InstantiateWithForgottenSet(TestStore store, WasmModule module)
    {
        int more = 2000;
        return store.Store.Instantiate(module, new ImportSet().Define("host", "f", (int a) => a + more)).GetFunc("run");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Kept, WasmTable Table) Give(TestStore store)
    {
        object item = new();
        var guest = store.Load("""(module (table (export "t") 1 externref) (func (export "keep") (param externref) (table.set 0 (i32.const 0) (local.get 0))))""");
        guest.GetFunc("keep").Call(item);
        return (new WeakReference(item), guest.GetTable("t"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference MakeHeldDelegate(TestStore store)
    {
        object captured = new();
        WasmFunc.FromDelegate(store.Store, null, () => { _ = captured; });
        return new WeakReference(captured);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ForgetStore(WasmEngine engine)
    {
        var store = new WasmStore(engine);
        var module = WasmModule.FromText(engine, """(module (func (export "f")))""");
        store.Instantiate(module).GetFunc("f").Call();
        return new WeakReference(store);
    }

    private static void CollectAll()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
