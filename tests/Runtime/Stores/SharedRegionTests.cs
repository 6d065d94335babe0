using System.Runtime.CompilerServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Guests whose memories lie beside each other, in places that others had before them: none sees another, while the host's collector runs.</summary>
public sealed class SharedRegionTests
{
    private const int PageBytes = 65_536;

    // scan: whether all bytes from an address on are zeros, by eight. fill: marks them.
    private const string Guest = """
        (module
          (memory (export "memory") 1)
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "load8") (param i32) (result i64) (i64.load (local.get 0)))
          (func (export "load16far") (param i32) (result v128) (v128.load offset=0xfff0 (local.get 0)))
          (func (export "store") (param i32) (i32.store8 (local.get 0) (i32.const 1)))
          (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
          (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
          (func (export "scan") (param $from i32) (result i32)
            (local $end i32)
            (local.set $end (i32.mul (memory.size) (i32.const 65536)))
            (block $found
              (loop $next
                (if (i32.ge_u (local.get $from) (local.get $end)) (then (return (i32.const 1))))
                (br_if $found (i64.ne (i64.load (local.get $from)) (i64.const 0)))
                (local.set $from (i32.add (local.get $from) (i32.const 8)))
                (br $next)))
            (i32.const 0)))
        """;

    private static readonly Lazy<WasmEngine> s_engine = new(static () => new WasmEngine(EngineSettings.ForManyStores));

    private static WasmEngine Engine => s_engine.Value;

    [Fact]
    public void A_guest_finds_zeros_where_another_one_left_data()
    {
        using var module = WasmModule.FromText(Engine, Guest);
        for (int round = 0; round < 40; round++)
        {
            using var store = new WasmStore(Engine);
            var guest = store.Instantiate(module);
            Assert.Equal(1, guest.GetFunc("scan").Call<int, int>(0));
            int pages = round % 5 * 9; // 0 to 36 beyond the first: in slots of several sizes, and beyond them
            Assert.Equal(1, guest.GetFunc("grow").Call<int, int>(pages));
            Assert.Equal(1, guest.GetFunc("scan").Call<int, int>(0));

            // Few pages, or all of them.
            int marked = round % 2 == 0 ? 5000 : (pages + 1) * PageBytes;
            guest.GetFunc("fill").Call(((pages + 1) * PageBytes) - marked, 0xEE, marked);
            if (round % 8 == 7)
            {
                CollectAll();
            }
        }
    }

    [Fact]
    public void What_a_memory_grows_into_is_zeros_and_what_it_had_is_kept()
    {
        using var module = WasmModule.FromText(Engine, Guest);
        for (int round = 0; round < 3; round++)
        {
            using var store = new WasmStore(Engine);
            var guest = store.Instantiate(module);
            for (int pages = 1; pages < 200; pages += pages)
            {
                guest.GetFunc("fill").Call(0, 0xEE, pages * PageBytes);
                Assert.Equal(pages, guest.GetFunc("grow").Call<int, int>(pages));
                Assert.Equal(1, guest.GetFunc("scan").Call<int, int>(pages * PageBytes));
                Assert.Equal(-1, guest.GetMemory().ReadBytes(0, pages * PageBytes).AsSpan().IndexOfAnyExcept((byte)0xEE));
            }
        }
    }

    [Fact]
    public void A_memory_grows_beyond_every_slot_up_to_the_store_s_limit_and_no_further()
    {
        const int LimitPages = 96;
        using var module = WasmModule.FromText(Engine, Guest);
        using var store = new WasmStore(Engine, new StoreOptions { Limits = new StoreLimits { MemoryBytes = LimitPages * PageBytes } });
        var guest = store.Instantiate(module);
        for (int pages = 1; pages < LimitPages; pages++)
        {
            Assert.Equal(pages, guest.GetFunc("grow").Call<int, int>(1));
            AssertBounds(guest, (pages + 1) * PageBytes);
        }

        Assert.Equal(-1, guest.GetFunc("grow").Call<int, int>(1));
        AssertBounds(guest, LimitPages * PageBytes);
    }

    [Fact]
    public void No_access_reaches_a_memory_that_lies_beside()
    {
        using var module = WasmModule.FromText(Engine, Guest);
        var stores = Enumerable.Range(0, 30).Select(_ => new WasmStore(Engine)).ToArray();
        var guests = stores.Select(store => store.Instantiate(module)).ToArray();
        foreach (var guest in guests)
        {
            guest.GetFunc("fill").Call(0, 0x55, PageBytes);
        }

        foreach (var guest in guests)
        {
            AssertBounds(guest, PageBytes);
        }

        foreach (var guest in guests)
        {
            Assert.Equal(-1, guest.GetMemory().ReadBytes(0, PageBytes).AsSpan().IndexOfAnyExcept((byte)0x55));
        }

        Array.ForEach(stores, static store => store.Dispose());
    }

    [Fact]
    public void A_memory_with_pages_of_one_byte_ends_at_its_last_byte()
    {
        using var engine = new WasmEngine(EngineSettings.ForManyStores with { CustomPageSizes = true });
        using var module = WasmModule.FromText(engine, """
            (module (memory (export "memory") 10 (pagesize 1))
              (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
              (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))
            """);
        using var store = new WasmStore(engine, new StoreOptions { Features = WasmFeatures.All });
        var guest = store.Instantiate(module);
        foreach ((int size, int more) in new[] { (10, 65_526), (65_536, 1), (65_537, 3_000_000), (3_065_537, 0) })
        {
            Assert.Equal(0, guest.GetFunc("load").Call<int, int>(size - 1));
            Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(() => guest.GetFunc("load").Call<int, int>(size)).TrapCode);
            Assert.Equal(size, guest.GetFunc("grow").Call<int, int>(more));
        }
    }

    [Fact]
    public void A_64_bit_memory_grows_and_keeps_its_bounds()
    {
        using var module = WasmModule.FromText(Engine, """
            (module (memory (export "memory") i64 1)
              (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
              (func (export "load") (param i64) (result i64) (i64.load (local.get 0))))
            """);
        using var store = new WasmStore(Engine, new StoreOptions { Features = WasmFeatures.All });
        var guest = store.Instantiate(module);
        for (long pages = 1; pages < 500; pages += pages)
        {
            Assert.Equal(0, guest.GetFunc("load").Call<long, long>((pages * PageBytes) - 8));
            foreach (long address in new[] { (pages * PageBytes) - 7, pages * PageBytes, 1L << 32, 1L << 47, -8, long.MinValue })
            {
                Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(() => guest.GetFunc("load").Call<long, long>(address)).TrapCode);
            }

            Assert.Equal(pages, guest.GetFunc("grow").Call<long, long>(pages));
        }

        Assert.Equal(-1, guest.GetFunc("grow").Call<long, long>(1L << 40));
    }

    [Fact]
    public void The_guest_s_heap_grows_from_place_to_place_and_is_collected()
    {
        using var module = WasmModule.FromText(Engine, """
            (module
              (type $bytes (array (mut i8)))
              (type $list (struct (field (ref $bytes)) (field (ref null $list))))
              (func (export "keep") (param $count i32) (result i32)
                (local $list (ref null $list)) (local $left i32) (local $sum i32)
                (local.set $left (local.get $count))
                (loop $more
                  (drop (array.new $bytes (i32.const 9) (i32.const 20000)))
                  (local.set $list (struct.new $list (array.new $bytes (i32.const 1) (i32.const 20000)) (local.get $list)))
                  (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
                (loop $next
                  (local.set $sum (i32.add (local.get $sum) (array.get_u $bytes (struct.get $list 0 (local.get $list)) (i32.const 19999))))
                  (br_if $next (i32.eqz (ref.is_null (local.tee $list (struct.get $list 1 (local.get $list)))))))
                (local.get $sum)))
            """);
        for (int round = 0; round < 3; round++)
        {
            using var store = new WasmStore(Engine, new StoreOptions { Features = WasmFeatures.All });
            var keep = store.Instantiate(module).GetFunc("keep");
            foreach (int count in new[] { 1, 10, 100, 400, 400 })
            {
                Assert.Equal(count, keep.Call<int, int>(count));
                store.CollectGuestHeap();
            }
        }
    }

    [Fact]
    public async Task Guests_on_many_threads_stay_apart_while_the_host_s_collector_runs()
    {
        using var module = WasmModule.FromText(Engine, Guest);
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    CollectAll();
                    await Task.Yield();
                }
            },
            CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 150; i++)
            {
                OneStore(module, worker, i);
            }
        })));
        await stop.CancelAsync();
        await collector;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneStore(WasmModule module, int worker, int i)
    {
        bool isPreemptive = i % 2 == 1;
        var store = new WasmStore(Engine, new StoreOptions { Mode = isPreemptive ? ExecutionMode.Preemptive : ExecutionMode.Direct });
        var guest = store.Instantiate(module);
        int pages = 1;
        for (int grown = 0; grown < 1 + (i % 4); grown++)
        {
            Assert.Equal(1, guest.GetFunc("scan").Call<int, int>(grown == 0 ? 0 : pages * PageBytes / 2));
            guest.GetFunc("fill").Call(0, worker + 1, pages * PageBytes);
            Assert.Equal(pages, guest.GetFunc("grow").Call<int, int>(pages));
            Assert.Equal(-1, guest.GetMemory().ReadBytes(0, pages * PageBytes).AsSpan().IndexOfAnyExcept((byte)(worker + 1)));
            pages *= 2;
        }

        if (i % 3 != 0)
        {
            store.Dispose(); // the others are left to the finalizer's thread
        }
    }

    private static void AssertBounds(WasmInstance guest, int size)
    {
        _ = guest.GetFunc("load").Call<int, int>(size - 1);
        _ = guest.GetFunc("load8").Call<int, long>(size - 8);
        guest.GetFunc("copy").Call(0, size - 16, 16);
        AssertOutOfBounds(() => guest.GetFunc("load").Call<int, int>(size));
        AssertOutOfBounds(() => guest.GetFunc("load").Call<int, int>(-1));
        AssertOutOfBounds(() => guest.GetFunc("load8").Call<int, long>(size - 7));
        AssertOutOfBounds(() => guest.GetFunc("load16far").Call(size - 0xffff));
        AssertOutOfBounds(() => guest.GetFunc("load16far").Call(-1));
        AssertOutOfBounds(() => guest.GetFunc("store").Call(size));
        AssertOutOfBounds(() => guest.GetFunc("store").Call(size + PageBytes));
        AssertOutOfBounds(() => guest.GetFunc("fill").Call(size - 8, 1, 9));
        AssertOutOfBounds(() => guest.GetFunc("copy").Call(size - 8, 0, 9));
        AssertOutOfBounds(() => guest.GetFunc("copy").Call(0, size - 8, 9));
        Assert.Equal(ErrorCode.MemoryOutOfRange, Assert.Throws<WasmError>(() => guest.GetMemory().ReadBytes(size - 8, 9)).Code);
    }

    private static void AssertOutOfBounds(Action access) => Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(access).TrapCode);

    private static void CollectAll()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
    }
}
