using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Limits;

/// <summary>Row 20: the limits of a store hold, for guest and host, and the store serves on behind them.</summary>
[Trait("Row", "20")]
public sealed class StoreLimitsTests
{
    [Fact]
    public void A_memory_grows_to_the_limit_and_no_further()
    {
        using var store = new TestStore(new() { MemoryBytes = 3 * 65536 });
        var guest = store.Load("""
            (module (memory (export "memory") 1)
              (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
              (func (export "pages") (result i32) memory.size))
            """);

        Assert.Equal(1, guest.GetFunc("grow").Call<int, int>(2));
        Assert.Equal(-1, guest.GetFunc("grow").Call<int, int>(1));
        Assert.Equal("memory.grow_failed", Assert.Throws<WasmError>(() => guest.GetMemory().Grow(1)).Code);
        Assert.Equal(3, guest.GetFunc("pages").Call<int>());
    }

    [Fact]
    public void A_memory_that_begins_above_the_limit_fails_the_instantiation()
    {
        using var store = new TestStore(new() { MemoryBytes = 65536 });

        AssertLimit(() => store.Load("(module (memory 2))"));
        AssertLimit(() => WasmMemory.Create(store.Store, new MemoryType(2)));
        Assert.NotNull(store.Load("(module (memory 1))"));
    }

    [Fact]
    public void The_guest_s_heap_obeys_the_limit()
    {
        using var store = new TestStore(new() { MemoryBytes = 1 << 20 });
        var guest = store.Load("""
            (module (type $bytes (array i8))
              (func (export "new") (param i32) (result (ref $bytes)) (array.new_default $bytes (local.get 0)))
              (func (export "answer") (result i32) i32.const 42))
            """);

        Assert.ThrowsAny<WasmException>(() => guest.GetFunc("new").Call(4 << 20));
        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
        Assert.False(guest.GetFunc("new").Call(1000).Value.IsNull);
    }

    [Fact]
    public void A_table_grows_to_the_limit_and_no_further()
    {
        using var store = new TestStore(new() { TableElements = 10 });
        var guest = store.Load("""
            (module (table (export "t") 1 funcref)
              (func (export "grow") (param i32) (result i32) (table.grow 0 (ref.null func) (local.get 0))))
            """);

        Assert.Equal(1, guest.GetFunc("grow").Call<int, int>(9));
        Assert.Equal(-1, guest.GetFunc("grow").Call<int, int>(1));
        Assert.Equal("table.grow_failed", Assert.Throws<WasmError>(() => guest.GetTable("t").Grow(1)).Code);
        AssertLimit(() => store.Load("(module (table 11 funcref))"));
        AssertLimit(() => WasmTable.Create(store.Store, new TableType(ValType.FuncRef, 11)));
        Assert.Equal(10, guest.GetTable("t").Size);
    }

    [Fact]
    public void Instances_are_counted()
    {
        using var store = new TestStore(new() { Instances = 2 });
        var first = store.Load("""(module (func (export "answer") (result i32) i32.const 42))""");
        store.Load("(module)");

        AssertLimit(() => store.Load("(module)"));
        Assert.Equal(42, first.GetFunc("answer").Call<int>());
    }

    [Fact]
    public void Memories_and_tables_are_counted()
    {
        using var store = new TestStore(new() { Memories = 1, Tables = 1 });

        AssertLimit(() => store.Load("(module (memory 0) (memory 0))"));
        AssertLimit(() => store.Load("(module (table 0 funcref) (table 0 funcref))"));
        var first = store.Load("""(module (memory 0) (table 0 funcref) (func (export "answer") (result i32) i32.const 42))""");
        AssertLimit(() => store.Load("(module (memory 0))"));
        AssertLimit(() => store.Load("(module (table 0 funcref))"));
        Assert.Equal(42, first.GetFunc("answer").Call<int>());
    }

    [Fact]
    public void Fuel_is_used_up_and_can_be_filled_up_again()
    {
        using var store = new TestStore(new() { Fuel = 10_000 }, fuelled: true);
        var guest = store.Load("""(module (func (export "spin") (loop $l (br $l))) (func (export "answer") (result i32) i32.const 42))""");

        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
        Assert.InRange(store.Store.Fuel, 9_000u, 9_999u);
        Assert.Equal(TrapCode.OutOfFuel, Assert.Throws<Trap>(() => guest.GetFunc("spin").Call()).TrapCode);
        Assert.Equal(TrapCode.OutOfFuel, Assert.Throws<Trap>(() => guest.GetFunc("answer").Call<int>()).TrapCode);
        store.Store.Fuel = 100;
        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
    }

    [Fact]
    public void Without_a_limit_fuel_is_as_much_as_the_guest_wants()
    {
        using var store = new TestStore(fuelled: true);
        Assert.Equal(ulong.MaxValue, store.Store.Fuel);
        Assert.Equal(42, store.Load("""(module (func (export "answer") (result i32) i32.const 42))""").GetFunc("answer").Call<int>());
    }

    [Fact]
    public void Fuel_needs_an_engine_that_counts_it()
    {
        Assert.Equal("engine.bad_settings", Assert.Throws<WasmError>(() => new TestStore(new() { Fuel = 1 })).Code);
        using var store = new TestStore();
        Assert.Equal("engine.bad_settings", Assert.Throws<WasmError>(() => store.Store.Fuel).Code);
        Assert.Equal("engine.bad_settings", Assert.Throws<WasmError>(() => store.Store.Fuel = 1).Code);
    }

    public static TheoryData<StoreLimits, string> Bad => new()
    {
        { new() { MemoryBytes = -1 }, "MemoryBytes" },
        { new() { TableElements = -1 }, "TableElements" },
        { new() { Instances = 0 }, "Instances" },
        { new() { Memories = -1 }, "Memories" },
        { new() { Tables = -1 }, "Tables" },
        { new() { Deadline = TimeSpan.Zero }, "Deadline" },
        { new() { Deadline = TimeSpan.FromSeconds(-1) }, "Deadline" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_limit_without_meaning_is_refused_by_name(StoreLimits limits, string name)
    {
        var error = Assert.Throws<WasmError>(() => new TestStore(limits));

        Assert.Equal("engine.bad_settings", error.Code);
        Assert.Contains($"StoreLimits.{name}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_limits_the_engine_s_own_hold()
    {
        using var store = new TestStore(new() { MemoryBytes = null, TableElements = null, Instances = null, Memories = null, Tables = null, Deadline = Timeout.InfiniteTimeSpan });
        var guest = store.Load("""(module (memory (export "memory") 1) (func (export "answer") (result i32) i32.const 42))""");

        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
        Assert.Equal("memory.grow_failed", Assert.Throws<WasmError>(() => guest.GetMemory().Grow(65536)).Code);
    }

    private static void AssertLimit(Action use) => Assert.Equal("store.limit_exceeded", Assert.Throws<WasmError>(use).Code);
}
