using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>One thread at a time, and nothing after the end: what would end the process is an ordinary error.</summary>
public sealed class OwnershipTests
{
    private const string Calling = """
        (module
          (import "host" "f" (func $f (param i32) (result i32)))
          (memory (export "memory") 1)
          (table (export "t") 1 funcref)
          (global (export "g") (mut i32) (i32.const 0))
          (func (export "run") (param i32) (result i32) (call $f (local.get 0)))
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
        """;

    [Fact]
    public void A_store_cannot_be_disposed_inside_its_own_host_function()
    {
        using var store = new TestStore();
        var guest = store.LoadWith(Calling, (int a) =>
        {
            Assert.Equal("store.in_use", Assert.Throws<WasmError>(store.Store.Dispose).Code);
            return a;
        });

        Assert.Equal(5, guest.GetFunc("run").Call<int, int>(5));
        Assert.False(store.Store.IsDisposed);
    }

    [Fact]
    public void A_store_cannot_be_disposed_inside_a_start_function()
    {
        using var store = new TestStore();
        store.LoadWith(
            """(module (import "host" "f" (func $f)) (start $f))""",
            () => Assert.Equal("store.in_use", Assert.Throws<WasmError>(store.Store.Dispose).Code));
        Assert.False(store.Store.IsDisposed);
    }

    [Fact]
    public void A_store_in_a_call_cannot_be_used_or_disposed_by_another_thread()
    {
        using var store = new TestStore();
        Action[] uses = [];
        var guest = store.LoadWith(Calling, (int a) =>
        {
            OtherThread.Run(() =>
            {
                foreach (var use in uses)
                {
                    Assert.Equal("store.in_use", Assert.Throws<WasmError>(use).Code);
                }
            });
            return a;
        });
        uses = Uses(store.Store, guest);

        Assert.Equal(5, guest.GetFunc("run").Call<int, int>(5));
        Assert.Equal(5, guest.GetFunc("run").Call(5).Value.AsI32());
    }

    [Fact]
    public void Everything_of_a_disposed_store_is_gone()
    {
        using var store = new TestStore();
        var guest = store.LoadWith(Calling, (int a) => a);
        var uses = Uses(store.Store, guest);
        store.Store.Dispose();
        store.Store.Dispose();

        Assert.True(store.Store.IsDisposed);
        foreach (var use in uses[..^1])
        {
            Assert.Equal("store.gone", Assert.Throws<WasmError>(use).Code);
        }
    }

    [Fact]
    public void A_store_moves_between_threads_while_no_call_runs()
    {
        using var store = new TestStore();
        var add = store.LoadWith(Calling, (int a) => a).GetFunc("add");
        for (int i = 0; i < 50; i++)
        {
            int n = i;
            OtherThread.Run(() => Assert.Equal(n + 1, add.Call<int, int, int>(n, 1)));
        }
    }

    [Fact]
    public void Threads_that_use_one_store_at_once_get_results_or_errors()
    {
        using var store = new TestStore();
        var guest = store.LoadWith(Calling, (int a) => a);
        var (run, add, memory) = (guest.GetFunc("run"), guest.GetFunc("add"), guest.GetMemory());
        int done = 0;
        int refused = 0;
        long end = Environment.TickCount64 + 1000;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, worker =>
        {
            // On a loaded machine it may take longer until two of them meet.
            for (int i = 0; Environment.TickCount64 < end || (Volatile.Read(ref refused) == 0 && Environment.TickCount64 < end + 30_000); i++)
            {
                try
                {
                    Assert.Equal(i, run.Call<int, int>(i));
                    Assert.Equal(i + worker, add.Call(i, worker).Value.AsI32());
                    memory.Write(worker * 8, (long)i);
                    Assert.Equal(i, memory.Read<long>(worker * 8));
                    Interlocked.Increment(ref done);
                }
                catch (WasmError error) when (error.Code == "store.in_use")
                {
                    Interlocked.Increment(ref refused);
                }
            }
        });

        Assert.True(done > 0);
        Assert.True(refused > 0);
        Assert.Equal(8, add.Call<int, int, int>(5, 3));
    }

    [Fact]
    public async Task Stores_that_are_disposed_while_others_try_to_use_them_answer_errors()
    {
        for (int round = 0; round < 100; round++)
        {
            var store = new TestStore();
            var add = store.LoadWith(Calling, (int a) => a).GetFunc("add");
            using var ready = new Barrier(2);
            var user = Task.Run(() =>
            {
                ready.SignalAndWait();
                string code = "";
                for (int i = 0; code != "store.gone"; i++)
                {
                    try
                    {
                        Assert.Equal(i + 1, add.Call<int, int, int>(i, 1));
                    }
                    catch (WasmError error)
                    {
                        code = error.Code;
                    }
                }
            });
            ready.SignalAndWait();
            while (!store.Store.IsDisposed)
            {
                try
                {
                    store.Dispose();
                }
                catch (WasmError error)
                {
                    Assert.Equal("store.in_use", error.Code);
                }
            }

            await user;
        }
    }

    [Fact]
    public void Recursion_between_host_and_guest_is_capped()
    {
        using var store = new TestStore();
        int deepest = 0;
        WasmInstance guest = null!;
        guest = store.LoadWith(Calling, (int depth) =>
        {
            deepest = Math.Max(deepest, depth);
            return guest.GetFunc("run").Call<int, int>(depth + 1);
        });

        var error = Assert.Throws<WasmError>(() => guest.GetFunc("run").Call<int, int>(1));
        Assert.Equal(("call.too_deep", true), (error.Code, error.Message.Contains("EngineSettings.MaxWasmStackBytes", StringComparison.Ordinal)));
        Assert.InRange(deepest, 150, store.Store.Limits.CallDepth);
        Assert.Equal(8, guest.GetFunc("add").Call<int, int, int>(5, 3));
    }

    [Fact]
    public void Recursion_by_instantiation_is_capped()
    {
        using var store = new TestStore(new() { Instances = null, CallDepth = 40 });
        var module = store.Compile("""(module (import "host" "f" (func $f)) (start $f))""");
        ImportSet set = new();
        int depth = 0;
        set.Define("host", "f", () =>
        {
            depth++;
            store.Store.Instantiate(module, set);
        });

        Assert.Equal("call.too_deep", Assert.Throws<WasmError>(() => store.Store.Instantiate(module, set)).Code);
        Assert.Equal(40, depth);
    }

    [Fact]
    public void A_thread_with_too_little_stack_is_refused()
    {
        using var store = new TestStore();
        var guest = store.LoadWith(Calling, (int a) => a);
        var recurse = store.Load("""(module (func $r (export "r") (call $r)))""").GetFunc("r");

        OtherThread.Run(
            () =>
            {
                Assert.Equal("thread.stack_too_small", Assert.Throws<WasmError>(() => guest.GetFunc("add").Call(1, 2)).Code);
                Assert.Equal("thread.stack_too_small", Assert.Throws<WasmError>(() => guest.GetFunc("add").Call<int, int, int>(1, 2)).Code);
                Assert.Equal("thread.stack_too_small", Assert.Throws<WasmError>(() => store.Load("(module)")).Code);
            },
            256 * 1024);
        OtherThread.Run(() => Assert.Equal(TrapCode.StackOverflow, Assert.Throws<Trap>(() => recurse.Call()).TrapCode), 1408 * 1024);
        Assert.Equal(3, guest.GetFunc("add").Call<int, int, int>(1, 2));
    }

    [Fact]
    public void The_least_stack_that_is_accepted_is_enough_for_a_guest_that_recurses_through_the_host()
    {
        using var engine = new WasmEngine(new EngineSettings { MaxWasmStackBytes = 128 * 1024 });
        using var store = new WasmStore(engine);
        WasmInstance guest = null!;
        var set = new ImportSet().Define("host", "f", (int a) => guest.GetFunc("run").Call(a).Value.AsI32());
        guest = store.Instantiate(WasmModule.FromText(engine, Calling), set);
        var recurse = store.Instantiate(WasmModule.FromText(engine, """(module (func $r (export "r") (call $r)))""")).GetFunc("r");

        foreach (int kilobytes in new[] { 128, 256, 400, 448, 512, 640 })
        {
            OtherThread.Run(
                () =>
                {
                    string nested = Assert.ThrowsAny<WasmException>(() => guest.GetFunc("run").Call(1)).Code;
                    string deep = Assert.ThrowsAny<WasmException>(() => recurse.Call()).Code;
                    Assert.True(nested is "thread.stack_too_small" or "call.too_deep" or "trap.stack_overflow", nested);
                    Assert.True(deep is "thread.stack_too_small" or "trap.stack_overflow", deep);
                },
                kilobytes * 1024);
        }
    }

    // The last one is allowed on a store that was disposed.
    private static Action[] Uses(WasmStore store, WasmInstance guest)
    {
        var (run, memory, table, global) = (guest.GetFunc("run"), guest.GetMemory(), guest.GetTable("t"), guest.GetGlobal("g"));
        var module = guest.Module;
        return
        [
            () => run.Call(1),
            () => run.Call<int, int>(1),
            () => store.BeginCall(run),
            () => _ = memory.Length,
            () => memory.Read<int>(0),
            () => memory.Write(0, 1),
            () => memory.Grow(1),
            () => memory.WriteString(0, "x"),
            () => _ = table.Size,
            () => table.Get(0),
            () => table.Set(0, Val.FuncRef(null)),
            () => table.Grow(1),
            () => global.Get(),
            () => global.Set(1),
            () => guest.GetFunc("add"),
            () => store.Instantiate(module, new ImportSet { Unknown = UnknownImports.Trap }),
            () => store.CollectGuestHeap(),
            () => WasmMemory.Create(store, new MemoryType(1)),
            () => WasmTable.Create(store, new TableType(ValType.FuncRef, 1)),
            () => WasmGlobal.Create(store, new GlobalType(ValType.I32, true), 1),
            () => WasmFunc.FromDelegate(store, null, () => { }),
            store.Dispose,
        ];
    }
}
