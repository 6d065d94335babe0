using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Pages;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.State;

public sealed class InstanceStateTests
{
    private const string Counter = """
        (module
          (memory (export "memory") 2 8)
          (data (i32.const 4090) "initial bytes of two pages")
          (global $g (mut i64) (i64.const 3))
          (func (export "add") (param i32 i32) (result i32)
            (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1)))
            (i32.load (local.get 0)))
          (func (export "next") (result i64)
            (global.set $g (i64.mul (global.get $g) (i64.const -7)))
            (global.get $g))
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "trap") (param i32) (i32.store (local.get 0) (i32.const 99)) (global.set $g (i64.const 0)) unreachable))
        """;

    public static TheoryData<string> Plans => PagePlans.Names;

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_call_that_changes_nothing_captures_nothing(string plan)
    {
        using var guest = DurableGuest.Of(Counter, PagePlans.Of(plan));
        guest.I32("add", 4092, 0);

        Assert.Null(guest.State.Capture());
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Captures_in_order_and_a_saved_state_both_give_the_same_instance(string plan)
    {
        using var guest = DurableGuest.Of(Counter, PagePlans.Of(plan));
        var deltas = new List<byte[]>();
        for (int i = 0; i < 40; i++)
        {
            guest.I32("add", i * 1021, i);
            guest.Call("next");
            deltas.Add(guest.State.Capture()!);
        }

        byte[] whole = guest.State.Save();
        using var replayed = guest.With([.. deltas]);
        using var restored = guest.With(whole);

        Assert.Equal(whole, replayed.State.Save());
        Assert.Equal(whole, restored.State.Save());
        Assert.Equal(Bytes(guest), Bytes(restored));
        Assert.Equal(Bytes(guest), Bytes(replayed));
        Assert.Equal(guest.Call("next").Value, restored.Call("next").Value);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_trap_is_rolled_back_and_the_guest_continues(string plan)
    {
        using var guest = DurableGuest.Of(Counter, PagePlans.Of(plan));
        guest.I32("add", 8000, 5);
        guest.State.Capture();
        byte[] before = guest.State.Save();
        byte[] memory = Bytes(guest);
        foreach (int address in new[] { 8000, 4094, 70_000 })
        {
            Assert.Throws<Trap>(() => guest.Call("trap", address));
            Assert.True(guest.State.RollBack());
            Assert.Equal(memory, Bytes(guest));
            Assert.Equal(before, guest.State.Save());
        }

        Assert.Null(guest.State.Capture());
        Assert.Equal(6, guest.I32("add", 8000, 1));
        Assert.Equal(-21, guest.Call("next").Value.AsI64());
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void The_captured_state_can_be_saved_whatever_the_instance_has_become_since(string plan)
    {
        using var guest = DurableGuest.Of(Counter, PagePlans.Of(plan));
        Assert.Equal(guest.State.Save(), guest.State.SaveCaptured());
        for (int i = 0; i < 30; i++)
        {
            guest.I32("add", i * 3001, 5);
            guest.Call("next");
            guest.State.Capture();
            byte[] captured = guest.State.Save();
            Assert.Throws<Trap>(() => guest.Call("trap", i * 2003));
            guest.I32("grow", i % 10 / 9);
            Assert.Equal(captured, guest.State.SaveCaptured());

            using var replaced = guest.With(guest.State.SaveCaptured());
            Assert.Equal(captured, replaced.State.Save());
            if (!guest.State.RollBack())
            {
                return; // it grew
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_memory_that_grew_is_moved_but_not_rolled_back(string plan)
    {
        using var guest = DurableGuest.Of(Counter, PagePlans.Of(plan));
        Assert.Equal(2, guest.I32("grow", 3));
        Assert.False(guest.State.RollBack());
        byte[] grown = guest.State.Capture()!;
        Assert.True(guest.State.RollBack());
        guest.I32("add", 300_000, 12);
        byte[] written = guest.State.Capture()!;

        using var replayed = guest.With(grown, written);
        using var restored = guest.With(guest.State.Save());

        Assert.Equal(5 * 65536, guest.State.SizeInBytes);
        Assert.Equal(Bytes(guest), Bytes(replayed));
        Assert.Equal(Bytes(guest), Bytes(restored));
        Assert.Equal(5, restored.I32("grow", 1));
    }

    [SkippableFact]
    public void Untouched_pages_are_not_read()
    {
        Skip.IfNot(ResidentPages.Best == PageSearch.Scan, "the system does not list the pages of a process");
        using var guest = DurableGuest.Of("""(module (memory (export "memory") 4096) (func (export "touch") (i32.store (i32.const 70000) (i32.const 1))))""");
        guest.Call("touch");
        guest.State.Capture();
        guest.State.Save();
        guest.State.RollBack();

        Assert.Equal(1, Resident(guest));
    }

    [Fact]
    public void Globals_of_every_kind_are_part_of_the_state()
    {
        using var guest = DurableGuest.Of("""
            (module
              (global $i (mut i32) (i32.const 1)) (global $l (mut i64) (i64.const 2)) (global $f (mut f32) (f32.const 3)) (global $d (mut f64) (f64.const 4))
              (global $v (mut v128) (v128.const i64x2 5 6)) (global $r (mut funcref) (ref.func $one)) (global $constant i32 (i32.const 9)) (global $n (mut funcref) (ref.null func))
              (type $t (func (result i32)))
              (table 1 funcref)
              (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
              (elem declare func $two)
              (func (export "set")
                (global.set $i (i32.const -1)) (global.set $l (i64.const -2)) (global.set $f (f32.const nan:0x200001)) (global.set $d (f64.const -0))
                (global.set $v (v128.const i64x2 -5 7)) (global.set $n (ref.func $two)) (global.set $r (ref.null func)))
              (func (export "read") (result i32 i64 f32 f64 v128) (global.get $i) (global.get $l) (global.get $f) (global.get $d) (global.get $v))
              (func (export "call") (result i32) (table.set 0 (i32.const 0) (global.get $n)) (call_indirect (type $t) (i32.const 0)))
              (func (export "isNull") (result i32) (ref.is_null (global.get $r))))
            """);
        byte[] fresh = guest.State.Save();
        guest.Call("set");
        Assert.Equal(fresh, guest.State.SaveCaptured());
        byte[] delta = guest.State.Capture()!;
        Assert.Equal(guest.State.Save(), guest.State.SaveCaptured());
        using var moved = guest.With(delta);

        Assert.Equal(guest.Call("read"), moved.Call("read"));
        Assert.Equal(2, moved.I32("call"));
        Assert.Equal(1, moved.I32("isNull"));

        guest.Call("call");
        using var again = moved.With(delta, guest.State.Capture()!);
        Assert.Equal(guest.State.Save(), again.State.Save());
    }

    [Fact]
    public void Tables_that_code_changes_are_part_of_the_state()
    {
        using var guest = DurableGuest.Of("""
            (module
              (import "host" "seven" (func $seven (result i32)))
              (type $t (func (result i32)))
              (table $constant 5 funcref) (table $t 3 10 funcref)
              (elem (table $t) (i32.const 0) func $one)
              (elem $passive func $two $one $seven)
              (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
              (func (export "init") (table.init $t $passive (i32.const 0) (i32.const 0) (i32.const 3)))
              (func (export "drop") (elem.drop $passive))
              (func (export "clear") (param i32) (table.set $t (local.get 0) (ref.null func)))
              (func (export "grow") (param i32) (result i32) (table.grow $t (ref.func $two) (local.get 0)))
              (func (export "call") (param i32) (result i32) (call_indirect $t (type $t) (local.get 0))))
            """.Replace("(import \"host\" \"seven\" (func $seven (result i32)))", "(func $seven (result i32) (i32.const 7))", StringComparison.Ordinal));
        guest.Call("init");
        byte[] first = guest.State.Capture()!;
        guest.Call("clear", 1);
        Assert.True(guest.State.RollBack());
        Assert.Equal(1, guest.I32("call", 1));
        byte[] afterFirst = guest.State.Save();
        guest.Call("clear", 0);
        guest.I32("grow", 2);
        Assert.False(guest.State.RollBack());
        Assert.Equal(afterFirst, guest.State.SaveCaptured());
        byte[] second = guest.State.Capture()!;
        byte[] afterSecond = guest.State.Save();
        guest.Call("drop");
        Assert.False(guest.State.RollBack());
        Assert.Equal(afterSecond, guest.State.SaveCaptured());
        byte[] third = guest.State.Capture()!;

        using var replayed = guest.With(first, second, third);
        using var restored = guest.With(guest.State.Save());
        Assert.All([replayed, restored], moved =>
        {
            Assert.Equal(guest.State.Save(), moved.State.Save());
            Assert.Equal([1, 7, 2, 2], Enumerable.Range(1, 4).Select(i => moved.I32("call", i)));
            Assert.Equal(TrapCode.IndirectCallToNull, Assert.Throws<Trap>(() => moved.I32("call", 0)).TrapCode);
            Assert.Equal(TrapCode.TableOutOfBounds, Assert.Throws<Trap>(() => moved.Call("init")).TrapCode);
            Assert.Equal(10 * sizeof(long), moved.State.SizeInBytes);
        });
    }

    [Fact]
    public void A_dropped_data_segment_stays_dropped()
    {
        using var guest = DurableGuest.Of("""
            (module
              (memory (export "memory") 1)
              (data $a "first") (data $b "second")
              (func (export "init") (memory.init $b (i32.const 0) (i32.const 0) (i32.const 6)))
              (func (export "drop") (data.drop $b)))
            """);
        guest.Call("init");
        byte[] first = guest.State.Capture()!;
        guest.Call("drop");
        byte[] second = guest.State.Capture()!;
        Assert.Null(guest.State.Capture());

        using var before = guest.With(first);
        using var after = guest.With(first, second);
        before.Call("init");
        Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(() => after.Call("init")).TrapCode);
        Assert.Equal(guest.State.Save(), after.State.Save());
    }

    [Fact]
    public void Several_memories_with_wide_addresses_and_pages_of_one_byte_are_part_of_the_state()
    {
        using var engine = new WasmEngine(new EngineSettings { CustomPageSizes = true });
        using var module = DurableGuest.Compile(WasmActors.Runtime.Modules.Binary.ModuleText.ToBinary("""
            (module
              (memory $a (export "a") 1) (memory $b (export "b") i64 1 4) (memory $c (export "c") 100 9000 (pagesize 1))
              (func (export "write") (param i32)
                (i32.store $a (i32.const 5000) (local.get 0))
                (i64.store $b (i64.const 65528) (i64.const -1))
                (i32.store8 $c (i32.const 99) (local.get 0))
                (drop (memory.grow $c (i32.const 5001)))
                (i32.store8 $c (i32.const 5100) (local.get 0))))
            """), engine);
        using var guest = new DurableGuest(module);
        guest.Call("write", 200);
        byte[] delta = guest.State.Capture()!;
        using var moved = guest.With(delta);

        Assert.Equal(guest.State.Save(), moved.State.Save());
        Assert.All(["a", "b", "c"], name => Assert.Equal(Bytes(guest, name), Bytes(moved, name)));
        Assert.Equal(200, moved.Instance.GetMemory("c").Read<byte>(5100));
        Assert.Equal(5101, moved.Instance.GetMemory("c").Length);
    }

    [Fact]
    public void The_start_function_becomes_an_export_whose_changes_are_captured()
    {
        using var guest = DurableGuest.Of("""(module (memory (export "memory") 1) (func $s (i32.store (i32.const 8) (i32.const 77))) (start $s))""");
        Assert.Equal(0, guest.Instance.GetMemory().Read<int>(8));
        guest.Call(StateRewriter.Start);
        byte[] delta = guest.State.Capture()!;
        using var moved = guest.With(delta);

        Assert.Equal(77, moved.Instance.GetMemory().Read<int>(8));
    }

    [Fact]
    public void A_module_that_was_not_rewritten_is_refused()
    {
        using var store = new TestStore();
        var instance = store.Load("(module)");

        Assert.Equal(ErrorCode.StateUnsupported, Assert.Throws<WasmError>(() => InstanceState.Attach(instance)).Code);
    }

    [Fact]
    public void A_whole_state_is_applied_to_a_fresh_instance_only()
    {
        using var guest = DurableGuest.Of(Counter);
        guest.Call("next");
        byte[] whole = guest.State.Save();
        guest.State.Capture();
        byte[] before = guest.State.Save();

        Assert.Equal(ErrorCode.StateCorrupt, Assert.Throws<WasmError>(() => guest.State.Apply(whole)).Code);
        Assert.Equal(before, guest.State.Save());
    }

    [Fact]
    public void A_function_of_the_host_in_a_table_fails_the_capture_and_leaves_the_state_as_it_was()
    {
        using var guest = DurableGuest.Of("""(module (table (export "t") 2 funcref) (memory (export "memory") 1) (func (export "set") (param funcref) (table.set 0 (i32.const 0) (local.get 0)) (i32.store (i32.const 0) (i32.const 1))))""");
        var host = Runtime.Stores.WasmFunc.FromDelegate(guest.Instance.Store, null, static () => { });
        guest.Call("set", Val.FuncRef(host));

        Assert.Equal(ErrorCode.StateUnsupported, Assert.Throws<WasmError>(() => guest.State.Capture()).Code);
        Assert.True(guest.State.RollBack());
        Assert.Equal(0, guest.Instance.GetMemory().Read<int>(0));
        Assert.Null(guest.State.Capture());
    }

    private static byte[] Bytes(DurableGuest guest, string memory = "memory") =>
        guest.Instance.GetMemory(memory) is var m ? m.ReadBytes(0, (int)m.Length) : [];

    private static long Resident(DurableGuest guest)
    {
        using var _ = guest.Instance.Store.Enter();
        var view = MemoryView.Of(guest.Instance.Store, guest.Instance.GetMemory().Native.Item);
        Span<PageRange> ranges = stackalloc PageRange[ResidentPages.Room];
        long pages = 0;
        for (long from = 0; from < view.Pages;)
        {
            foreach (var range in ranges[..ResidentPages.Next(PageSearch.PageMap, view, ref from, ranges)])
            {
                pages += range.End - range.First;
            }
        }

        return pages;
    }
}
