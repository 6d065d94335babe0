using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Memories;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Limits;

/// <summary>What the memories of a store take is asked for before they have it, and returned when they end: with reserved addresses and without.</summary>
public sealed class MemoryAccountTests
{
    private const int Page = 65_536;

    private const string Grower = """
        (module
          (memory (export "memory") 2)
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "store") (param i32) (i32.store8 (local.get 0) (i32.const 1)))
          (func (export "grow_or_trap") (param i32)
            (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then unreachable))))
        """;

    public static TheoryData<bool> Both => [true, false];

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public void A_guest_that_grows_is_admitted_or_gets_minus_one(bool reserves)
    {
        SkipElsewhere();
        using var engine = New(reserves);
        using var module = WasmModule.FromText(engine, Grower);
        var account = new Account(100 * Page);
        using (var store = new WasmStore(engine, null, account))
        {
            var guest = store.Instantiate(module);
            Assert.Equal(2 * Page, account.Taken);
            Assert.Equal(2, guest.GetFunc("grow").Call<int, int>(98));
            Assert.Equal(100 * Page, account.Taken);
            guest.GetFunc("store").Call((100 * Page) - 1);

            Assert.Equal(-1, guest.GetFunc("grow").Call<int, int>(1));
            Assert.Equal(100 * Page, account.Taken);
            Assert.Equal(100, guest.GetMemory().Pages);
            Assert.Throws<Trap>(() => guest.GetFunc("store").Call(100 * Page));
            CollectAll();
            Assert.Equal(100, guest.GetFunc("grow").Call<int, int>(0));
        }

        Assert.Equal(0, account.Taken);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public void The_host_that_grows_a_memory_gets_the_accounts_own_error(bool reserves)
    {
        SkipElsewhere();
        using var engine = New(reserves);
        using var module = WasmModule.FromText(engine, Grower);
        using var store = new WasmStore(engine, null, new Account(4 * Page));
        var memory = store.Instantiate(module).GetMemory();

        Assert.Equal(2, memory.Grow(2));
        var error = Assert.Throws<WasmError>(() => memory.Grow(1));
        Assert.Equal((ErrorCode.HostFull, "No room."), (error.Code, error.Message));
        Assert.Equal(ErrorCode.MemoryGrowFailed, Assert.Throws<WasmError>(() => memory.Grow(100_000)).Code); // the store's own limit
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public void An_instance_whose_memory_is_not_admitted_is_not_made_and_takes_nothing(bool reserves)
    {
        SkipElsewhere();
        using var engine = New(reserves);
        using var module = WasmModule.FromText(engine, "(module (memory 1) (memory 10))");
        var account = new Account(5 * Page);
        using var store = new WasmStore(engine, new StoreOptions { Features = WasmFeatures.All }, account);

        var error = Assert.Throws<WasmError>(() => store.Instantiate(module));
        Assert.Equal((ErrorCode.HostFull, "No room."), (error.Code, error.Message));
        Assert.Equal(0, account.Taken);
        account.Room = 11 * Page;
        store.Instantiate(module);
        Assert.Equal(11 * Page, account.Taken);
    }

    [SkippableTheory]
    [InlineData(true, ExecutionMode.Preemptive)]
    [InlineData(false, ExecutionMode.Preemptive)]
    [InlineData(true, ExecutionMode.Direct)]
    public void Stores_that_are_made_inside_each_other_pay_for_their_own_memories(bool reserves, ExecutionMode mode)
    {
        SkipElsewhere();
        using var engine = New(reserves);
        using var inner = WasmModule.FromText(engine, "(module (memory 3))");
        using var outer = WasmModule.FromText(engine, """(module (import "env" "make" (func $make)) (memory 5) (start $make))""");
        var (ofInner, ofOuter) = (new Account(100 * Page), new Account(100 * Page));
        using var first = new WasmStore(engine, new StoreOptions { Mode = mode }, ofOuter);
        using var second = new WasmStore(engine, null, ofInner);
        first.Instantiate(outer, new WasmActors.Runtime.Imports.ImportSet().Define("env", "make", () => { second.Instantiate(inner); }));

        Assert.Equal((3 * Page, 5 * Page), (ofInner.Taken, ofOuter.Taken));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public void A_memory_that_the_host_makes_is_admitted_and_counted_however_it_grows(bool reserves)
    {
        SkipElsewhere();
        using var engine = New(reserves);
        using var module = WasmModule.FromText(engine, """
            (module (import "env" "memory" (memory 1)) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
            """);
        var account = new Account(10 * Page);
        using (var store = new WasmStore(engine, null, account))
        {
            Assert.Equal(ErrorCode.HostFull, Assert.Throws<WasmError>(() => WasmMemory.Create(store, new MemoryType(11))).Code);
            Assert.Equal(0, account.Taken);
            var memory = WasmMemory.Create(store, new MemoryType(2));
            Assert.Equal(2 * Page, account.Taken);
            Assert.Equal(2, memory.Grow(3));
            Assert.Equal(5 * Page, account.Taken);
            Assert.Equal(ErrorCode.HostFull, Assert.Throws<WasmError>(() => memory.Grow(6)).Code);
            Assert.Equal(ErrorCode.MemoryGrowFailed, Assert.Throws<WasmError>(() => WasmMemory.Create(store, new MemoryType(1, 1)).Grow(1)).Code);
            Assert.Equal(6 * Page, account.Taken);
            var guest = store.Instantiate(module, [memory]);
            Assert.Equal(5, guest.GetFunc("grow").Call<int, int>(2));
            Assert.Equal(8 * Page, account.Taken);
        }

        Assert.Equal(0, account.Taken);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public void A_guests_heap_is_admitted_too(bool reserves)
    {
        SkipElsewhere();
        using var engine = New(reserves);
        using var module = WasmModule.FromText(engine, """
            (module
              (type $bytes (array (mut i8)))
              (global $kept (mut (ref null $bytes)) (ref.null $bytes))
              (func (export "keep") (param i32) (global.set $kept (array.new_default $bytes (local.get 0)))))
            """);
        var account = new Account(64 << 20);
        using (var store = new WasmStore(engine, new StoreOptions { Features = WasmFeatures.All }, account))
        {
            var keep = store.Instantiate(module).GetFunc("keep");
            keep.Call(1 << 20);
            Assert.InRange(account.Taken, 1 << 20, 64 << 20);
            account.Room = 0;
            Assert.ThrowsAny<WasmException>(() => keep.Call(32 << 20));
            CollectAll();
            keep.Call(1);
        }

        Assert.Equal(0, account.Taken);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public void A_trap_after_growth_that_was_not_admitted_says_why(bool reserves)
    {
        SkipElsewhere();
        using var engine = New(reserves);
        using var module = WasmModule.FromText(engine, Grower);
        using var store = new WasmStore(engine, null, new Account(2 * Page));
        var grow = store.Instantiate(module).GetFunc("grow_or_trap");

        var trap = Assert.Throws<Trap>(() => grow.Call(1));
        Assert.EndsWith("The guest's memory had not grown before, because: No room.", trap.Message, StringComparison.Ordinal);
        var other = Assert.Throws<Trap>(() => grow.Call(1_000_000));
        Assert.DoesNotContain("No room", other.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void With_memory_images_data_is_there_and_growth_is_not_asked_for()
    {
        SkipElsewhere();
        using var engine = new WasmEngine(new EngineSettings { MemoryImages = true });
        using var module = WasmModule.FromText(engine, """
            (module (memory (export "memory") 1) (data (i32.const 8) "ab") (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
            """);
        var account = new Account(0);
        using var store = new WasmStore(engine, null, account);
        var guest = store.Instantiate(module);

        Assert.Equal("ab"u8.ToArray(), guest.GetMemory().ReadBytes(8, 2));
        Assert.Equal(1, guest.GetFunc("grow").Call<int, int>(1));
        Assert.Equal(0, account.Taken);
        Assert.Equal(ErrorCode.BadSettings, Assert.Throws<WasmError>(static () => new WasmEngine(new EngineSettings { MemoryImages = true, ReserveMemory = false })).Code);
    }

    [SkippableFact]
    public void A_store_that_nobody_disposed_returns_what_it_took()
    {
        SkipElsewhere();
        using var engine = New(reserves: true);
        using var module = WasmModule.FromText(engine, Grower);
        var account = new Account(100 * Page);
        Forget(engine, module, account);
        for (int i = 0; i < 10 && account.Taken > 0; i++)
        {
            CollectAll();
        }

        Assert.Equal(0, account.Taken);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget(WasmEngine engine, WasmModule module, Account account) =>
        new WasmStore(engine, null, account).Instantiate(module).GetFunc("grow").Call<int, int>(7);

    private static WasmEngine New(bool reserves) => new(new EngineSettings { ReserveMemory = reserves });

    private static void SkipElsewhere() => Skip.IfNot(MemoryCreator.IsSupported, "Only on Linux do memories ask.");

    private static void CollectAll()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private sealed class Account(long room) : MemoryAccount
    {
        private long _taken;

        internal long Room { get; set; } = room;

        internal long Taken => Volatile.Read(ref _taken);

        internal override void Take(long bytes) => Interlocked.Add(ref _taken, bytes);

        internal override void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);

        private protected override WasmError? Admit(long bytes)
        {
            if (Taken + bytes > Room)
            {
                return new WasmError(ErrorCode.HostFull, "No room.");
            }

            Take(bytes);
            return null;
        }
    }
}
