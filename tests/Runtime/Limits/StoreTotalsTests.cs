using CsCheck;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Limits;

/// <summary>What all memories and all tables of a store have together stays below its totals, whoever makes and grows them.</summary>
public sealed class StoreTotalsTests
{
    private const long Page = 65_536;

    [Fact]
    public void Several_memories_of_a_module_have_the_total_together()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        var guest = store.Load("""
            (module
              (memory $a (export "a") 1) (memory $b (export "b") 1)
              (func (export "grow_a") (param i32) (result i32) (memory.grow $a (local.get 0)))
              (func (export "grow_b") (param i32) (result i32) (memory.grow $b (local.get 0))))
            """);

        Assert.Equal(-1, guest.GetFunc("grow_a").Call<int, int>(5));
        Assert.Equal(1, guest.GetFunc("grow_a").Call<int, int>(4));
        Assert.Equal(1, guest.GetFunc("grow_b").Call<int, int>(4));
        Assert.Equal(-1, guest.GetFunc("grow_b").Call<int, int>(1));
    }

    [Fact]
    public void What_a_memory_cannot_come_to_is_left_to_the_others()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        var guest = store.Load("""
            (module
              (memory $a 1 2) (memory $b (export "b") 1)
              (func (export "grow_b") (param i32) (result i32) (memory.grow $b (local.get 0))))
            """);

        Assert.Equal(1, guest.GetFunc("grow_b").Call<int, int>(7));
        Assert.Equal(-1, guest.GetFunc("grow_b").Call<int, int>(2));
    }

    [Fact]
    public void Instances_of_one_store_share_the_total()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        var first = store.Load("""(module (memory (export "memory") 1))""");
        first.GetMemory().Grow(5);
        var second = store.Load("""(module (memory (export "memory") 2))""");

        Assert.Equal(ErrorCode.MemoryGrowFailed, Assert.Throws<WasmError>(() => first.GetMemory().Grow(1)).Code);
        Assert.Equal(2, second.GetMemory().Grow(2));
        Assert.Equal(ErrorCode.MemoryGrowFailed, Assert.Throws<WasmError>(() => second.GetMemory().Grow(1)).Code);
        var error = Assert.Throws<WasmError>(() => store.Load("""(module (memory 1))"""));
        Assert.Equal(ErrorCode.LimitExceeded, error.Code);
        Assert.StartsWith("65,536 bytes of memory are wanted, and the store may have 655,360 in all (StoreLimits.MemoryBytes).", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memories_of_the_host_count_too()
    {
        using var store = new TestStore(new() { MemoryBytes = 4 * Page });
        var memory = WasmMemory.Create(store.Store, new MemoryType(1, 3));
        Assert.Equal(ErrorCode.LimitExceeded, Assert.Throws<WasmError>(() => WasmMemory.Create(store.Store, new MemoryType(4))).Code);
        var guest = store.Load("""(module (memory (export "memory") 1))""");

        Assert.Equal(1, memory.Grow(1));
        Assert.Equal(1, guest.GetMemory().Grow(1));
        Assert.Throws<WasmError>(() => memory.Grow(1));
        Assert.Throws<WasmError>(() => guest.GetMemory().Grow(1));
    }

    [Fact]
    public void An_imported_memory_counts_once()
    {
        using var store = new TestStore(new() { MemoryBytes = 4 * Page });
        var memory = WasmMemory.Create(store.Store, new MemoryType(1));
        var imports = new ImportSet().Define("env", "memory", memory);
        store.Load("""(module (import "env" "memory" (memory 1)))""", imports);
        store.Load("""(module (import "env" "memory" (memory 1)))""", imports);

        Assert.Equal(1, memory.Grow(3));
    }

    [Fact]
    public void A_memory_that_cannot_be_looked_at_counts_as_what_it_may_have_grown_to()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        var hidden = store.Load("""(module (memory 1) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))""");
        var error = Assert.Throws<WasmError>(() => store.Load("""(module (memory (export "memory") 1))"""));

        Assert.Equal(ErrorCode.LimitExceeded, error.Code);
        Assert.Contains("export them", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, hidden.GetFunc("grow").Call<int, int>(9));
    }

    [Fact]
    public void Memories_that_cannot_be_looked_at_share_a_store_where_each_has_a_bound()
    {
        const string Hidden = """(module (memory 1) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))""";
        using var store = new TestStore(new() { MemoryBytes = 10 * Page, LargestMemoryBytes = 4 * Page });
        var first = store.Load(Hidden);
        var second = store.Load(Hidden);

        Assert.Equal(-1, first.GetFunc("grow").Call<int, int>(4));
        Assert.Equal(1, first.GetFunc("grow").Call<int, int>(3));
        Assert.Equal(1, second.GetFunc("grow").Call<int, int>(3));
        var third = store.Load(Hidden);
        Assert.Equal(-1, third.GetFunc("grow").Call<int, int>(2));
        Assert.Equal(1, third.GetFunc("grow").Call<int, int>(1));
        var error = Assert.Throws<WasmError>(() => store.Load("(module (memory 5))"));
        Assert.Contains("One begins with 327,680, and each may have 262,144.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_that_nothing_can_grow_counts_as_it_is()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        store.Load("""(module (memory 4))""");
        var guest = store.Load("""(module (memory (export "memory") 1))""");

        Assert.Equal(1, guest.GetMemory().Grow(5));
        Assert.Throws<WasmError>(() => guest.GetMemory().Grow(1));
    }

    [Fact]
    public void A_start_function_that_grows_keeps_to_the_total()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        var first = store.Load("""(module (memory (export "memory") 3))""");
        var second = store.Load("""
            (module (memory (export "memory") 1) (global (export "was") (mut i32) (i32.const 0))
              (func $start (global.set 0 (memory.grow (i32.const 9)))
                (if (i32.eq (global.get 0) (i32.const -1)) (then (global.set 0 (memory.grow (i32.const 4))))))
              (start $start))
            """);

        Assert.Equal(1, second.GetGlobal("was").Get().AsI32());
        Assert.True(first.GetMemory().Length + second.GetMemory().Length <= 10 * Page);
        first.GetMemory().Grow(2);
        Assert.Throws<WasmError>(() => first.GetMemory().Grow(1));
    }

    [Fact]
    public void The_memory_of_an_instance_whose_start_trapped_stays_counted()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<Trap>(() => store.Load("(module (memory 3) (func $start unreachable) (start $start))"));
        }

        Assert.Equal(ErrorCode.LimitExceeded, Assert.Throws<WasmError>(() => store.Load("(module (memory 3) (func $start unreachable) (start $start))")).Code);
        Assert.NotNull(store.Load("(module (memory 1))"));
    }

    [Fact]
    public void What_was_refused_does_not_count()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page, Tables = 1 });
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(ErrorCode.LimitExceeded, Assert.Throws<WasmError>(() => store.Load("(module (memory 9) (table 1 funcref) (table 1 funcref))")).Code);
            Assert.Equal(ErrorCode.LimitExceeded, Assert.Throws<WasmError>(() => store.Load("(module (memory 9) (table 1 funcref) (table 1 funcref) (func $start) (start $start))")).Code);
            Assert.Equal(ErrorCode.MissingImport, Assert.Throws<WasmError>(() => store.Load("""(module (import "a" "b" (func)) (memory 9))""")).Code);
        }

        Assert.NotNull(store.Load("(module (memory 10))"));
    }

    [Fact]
    public void The_guest_s_heap_has_half_of_the_total_beside_its_memory()
    {
        using var store = new TestStore(new() { MemoryBytes = 2 << 20 });
        var guest = store.Load("""
            (module (type $bytes (array i8))
              (memory (export "memory") 1)
              (global $kept (mut (ref null $bytes)) (ref.null $bytes))
              (func (export "keep") (param i32) (global.set $kept (array.new_default $bytes (local.get 0)))))
            """);

        guest.GetFunc("keep").Call(600_000);
        var error = Assert.Throws<WasmError>(() => guest.GetFunc("keep").Call(1 << 20));
        Assert.Equal(ErrorCode.LimitExceeded, error.Code);
        Assert.Equal(1, guest.GetMemory().Grow(15));
        Assert.Throws<WasmError>(() => guest.GetMemory().Grow(1));
    }

    [Fact]
    public void Objects_of_the_host_count_as_the_heap()
    {
        using var store = new TestStore(new() { MemoryBytes = 10 * Page });
        var guest = store.Load("""(module (memory (export "memory") 1))""");
        WasmTable.Create(store.Store, new TableType(ValType.ExternRef, 1), Val.ExternRef("object"));

        Assert.Equal(1, guest.GetMemory().Grow(4));
        Assert.Throws<WasmError>(() => guest.GetMemory().Grow(1));
    }

    [Fact]
    public void Tables_share_their_total_the_same_way()
    {
        using var store = new TestStore(new() { TableElements = 100 });
        var first = store.Load("""(module (table (export "t") 10 funcref))""");
        var second = WasmTable.Create(store.Store, new TableType(ValType.FuncRef, 20));
        store.Load("""(module (table 30 funcref))""");

        Assert.Equal(10, first.GetTable("t").Grow(25));
        Assert.Equal(ErrorCode.TableGrowFailed, Assert.Throws<WasmError>(() => first.GetTable("t").Grow(1)).Code);
        Assert.Equal(20, second.Grow(15));
        Assert.Equal(ErrorCode.TableGrowFailed, Assert.Throws<WasmError>(() => second.Grow(1)).Code);
        var error = Assert.Throws<WasmError>(() => store.Load("""(module (table 1 funcref))"""));
        Assert.Contains("StoreLimits.TableElements", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_made_and_grown_the_sums_stay_below_the_totals() =>
        Gen.Select(Gen.Int[1, 20], Gen.Select(Gen.Int[0, 4], Gen.Int[0, 12], Gen.Int[0, 12]).Array[1, 12]).Sample(
            static (total, steps) =>
            {
                using var store = new TestStore(new() { MemoryBytes = total * Page, Instances = 100, Memories = 100 });
                var memories = new List<WasmMemory>();
                foreach (var (what, pages, other) in steps)
                {
                    try
                    {
                        switch (what)
                        {
                            case 0:
                                memories.Add(store.Load($"""(module (memory (export "memory") {pages}))""").GetMemory());
                                break;
                            case 1:
                                memories.Add(store.Load($"""(module (memory (export "memory") {pages} {pages + other}))""").GetMemory());
                                break;
                            case 2:
                                memories.Add(WasmMemory.Create(store.Store, new MemoryType((ulong)pages)));
                                break;
                            case 3 when memories.Count > 0:
                                memories[other % memories.Count].Grow(pages);
                                break;
                            case 4:
                                store.Load($"(module (memory {pages}) (func $start (drop (memory.grow (i32.const {other}))) unreachable) (start $start))");
                                break;
                        }
                    }
                    catch (WasmException)
                    {
                        // Refused, or its start trapped: the sum is what matters.
                    }
                }

                return memories.Sum(static m => m.Length) <= total * Page;
            },
            iter: 300);
}
