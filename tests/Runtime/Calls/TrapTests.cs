using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Tests.Stores;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Row 7: every way in which a guest can trap, with its code, its message and its backtrace.</summary>
[Trait("Row", "7")]
public sealed class TrapTests
{
    private const string Trapping = """
        (module $culprit
          (type $none (func))
          (type $point (struct (field i32)))
          (type $bytes (array (mut i8)))
          (memory 1)
          (table $t 4 4 funcref)
          (elem (i32.const 1) $needs_argument)
          (tag $oops)
          (func $needs_argument (param i32))
          (func $unreachable (export "unreachable") unreachable)
          (func $load (export "load") (drop (i32.load (i32.const 65536))))
          (func $table_get (export "table_get") (drop (table.get $t (i32.const 4))))
          (func $call_null (export "call_null") (call_indirect (type $none) (i32.const 0)))
          (func $call_wrong (export "call_wrong") (call_indirect (type $none) (i32.const 1)))
          (func $overflow (export "overflow") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
          (func $divide (export "divide") (drop (i32.div_s (i32.const 1) (i32.const 0))))
          (func $convert (export "convert") (drop (i32.trunc_f64_s (f64.const nan))))
          (func $convert_large (export "convert_large") (drop (i32.trunc_f64_s (f64.const 1e10))))
          (func $recurse (export "recurse") (call $recurse))
          (func $null_field (export "null_field") (drop (struct.get $point 0 (ref.null $point))))
          (func $null_function (export "null_function") (call_ref $none (ref.null $none)))
          (func $cast (export "cast") (drop (ref.cast (ref $bytes) (struct.new $point (i32.const 1)))))
          (func $array (export "array") (drop (array.get_u $bytes (array.new_default $bytes (i32.const 2)) (i32.const 2))))
          (func $allocate (export "allocate") (drop (array.new_default $bytes (i32.const -1))))
          (func $atomic (export "atomic") (drop (i32.atomic.load (i32.const 1))))
          (func $wait (export "wait") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0))))
          (func $throw (export "throw") (throw $oops))
          (func (export "answer") (result i32) i32.const 42))
        """;

    [Theory]
    [InlineData("unreachable", TrapCode.Unreachable, "trap.unreachable", "unreachable")]
    [InlineData("load", TrapCode.MemoryOutOfBounds, "trap.memory_out_of_bounds", "out of bounds memory access")]
    [InlineData("table_get", TrapCode.TableOutOfBounds, "trap.table_out_of_bounds", "out of bounds table access")]
    [InlineData("call_null", TrapCode.IndirectCallToNull, "trap.indirect_call_to_null", "uninitialized element")]
    [InlineData("call_wrong", TrapCode.BadSignature, "trap.bad_signature", "indirect call type mismatch")]
    [InlineData("overflow", TrapCode.IntegerOverflow, "trap.integer_overflow", "integer overflow")]
    [InlineData("divide", TrapCode.IntegerDivideByZero, "trap.integer_divide_by_zero", "integer divide by zero")]
    [InlineData("convert", TrapCode.BadConversionToInteger, "trap.bad_conversion_to_integer", "invalid conversion to integer")]
    [InlineData("convert_large", TrapCode.IntegerOverflow, "trap.integer_overflow", "integer overflow")]
    [InlineData("recurse", TrapCode.StackOverflow, "trap.stack_overflow", "call stack exhausted")]
    [InlineData("null_field", TrapCode.NullReference, "trap.null_reference", "null reference")]
    [InlineData("null_function", TrapCode.NullReference, "trap.null_reference", "null reference")]
    [InlineData("cast", TrapCode.CastFailure, "trap.cast_failure", "cast failure")]
    [InlineData("array", TrapCode.ArrayOutOfBounds, "trap.array_out_of_bounds", "out of bounds array access")]
    [InlineData("allocate", TrapCode.AllocationTooLarge, "trap.allocation_too_large", "allocation size too large")]
    [InlineData("atomic", TrapCode.UnalignedAtomic, "trap.unaligned_atomic", "unaligned atomic")]
    [InlineData("wait", TrapCode.AtomicWaitNonSharedMemory, "trap.atomic_wait_non_shared_memory", "expected shared memory")]
    [InlineData("throw", TrapCode.UncaughtException, "trap.uncaught_exception", "uncaught exception")]
    public void A_trap_has_its_code_its_message_and_its_backtrace(string name, TrapCode code, string text, string message)
    {
        using var store = new TestStore();
        var guest = store.Load(Trapping);
        var trap = Assert.Throws<Trap>(() => guest.GetFunc(name).Call());

        Assert.Equal((code, text, message), (trap.TrapCode, trap.Code, trap.Message));
        Assert.NotEmpty(trap.Frames);
        var innermost = trap.Frames[0];
        Assert.Equal((name, "culprit"), (innermost.FuncName, innermost.ModuleName));
        Assert.InRange(innermost.FuncIndex, 1u, 30u);

        // A stack overflow is found before a function's first instruction, which has no place in the module: its caller has.
        var placed = code == TrapCode.StackOverflow ? trap.Frames[1] : innermost;
        Assert.True(placed.FuncOffset >= 0);
        Assert.True(placed.ModuleOffset > placed.FuncOffset);
        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
    }

    [Fact]
    public void A_typed_call_traps_alike()
    {
        using var store = new TestStore();
        var divide = store.Load("""(module (func $d (export "d") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))""").GetFunc("d");

        var trap = Assert.Throws<Trap>(() => divide.Call<int, int, int>(1, 0));
        Assert.Equal((TrapCode.IntegerDivideByZero, "d"), (trap.TrapCode, trap.Frames[0].FuncName));
        Assert.Equal(3, divide.Call<int, int, int>(17, 5));
    }

    [Fact]
    public void A_backtrace_lists_the_callers_from_the_inside_out()
    {
        using var store = new TestStore();
        var guest = store.Load("""
            (module $m
              (func $inner unreachable)
              (func $middle (nop) (call $inner))
              (func $outer (export "outer") (call $middle)))
            """);
        var frames = Assert.Throws<Trap>(() => guest.GetFunc("outer").Call()).Frames;

        Assert.Equal(["inner", "middle", "outer"], frames.Select(static f => f.FuncName), StringComparer.Ordinal);
        Assert.Equal([0u, 1u, 2u], frames.Select(static f => f.FuncIndex));
        Assert.Equal("m!inner (func 0) at 0x", frames[0].ToString()[..22]);
    }

    [Fact]
    public void A_trap_as_text_has_its_message_then_the_frames_of_the_guest_then_those_of_the_host()
    {
        using var store = new TestStore();
        var guest = store.Load("""(module $m (func $inner unreachable) (func $outer (export "outer") (call $inner)))""");

        string[] lines = Assert.Throws<Trap>(() => guest.GetFunc("outer").Call()).ToString().Split(Environment.NewLine);
        Assert.StartsWith("WasmActors.Runtime.Failures.Trap: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("   at guest m!inner (func 0) at 0x", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("   at guest m!outer (func 1) at 0x", lines[2], StringComparison.Ordinal);
        Assert.Contains(lines[3..], static line => line.Contains("WasmFunc.Call", StringComparison.Ordinal));
    }

    [Fact]
    public void A_module_without_names_has_a_backtrace_of_numbers()
    {
        using var store = new TestStore();
        var frame = Assert.Throws<Trap>(() => store.Load("""(module (func unreachable) (func (export "f") (call 0)))""").GetFunc("f").Call()).Frames[0];

        Assert.Equal((null, null, 0u), (frame.FuncName, frame.ModuleName, frame.FuncIndex));
        Assert.StartsWith("<unnamed module>!<unnamed> (func 0)", frame.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_without_fuel_traps()
    {
        using var store = new TestStore(new() { Fuel = 1000 }, fuelled: true);
        var spin = store.Load("""(module (func $spin (export "spin") (loop $l (br $l))))""").GetFunc("spin");

        var trap = Assert.Throws<Trap>(() => spin.Call());
        Assert.Equal((TrapCode.OutOfFuel, "trap.out_of_fuel", "all fuel consumed"), (trap.TrapCode, trap.Code, trap.Message));
        Assert.Equal("spin", trap.Frames[0].FuncName);
    }

    [Fact]
    [Trait("Row", "15")]
    public void A_trap_in_start_fails_the_instantiation()
    {
        using var store = new TestStore();
        var trap = Assert.Throws<Trap>(() => store.Load("(module $m (func $begin unreachable) (start $begin))"));

        Assert.Equal(TrapCode.Unreachable, trap.TrapCode);
        Assert.Equal("begin", trap.Frames[0].FuncName);
        Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(() => store.Load("""(module (memory 1) (data (i32.const 65535) "ab"))""")).TrapCode);
        Assert.Equal(TrapCode.TableOutOfBounds, Assert.Throws<Trap>(() => store.Load("(module (table 1 funcref) (elem (i32.const 1) $f) (func $f))")).TrapCode);
    }

    [Fact]
    [Trait("Row", "15")]
    public void A_start_function_runs_once_at_instantiation_and_sees_its_imports()
    {
        using var store = new TestStore();
        int runs = 0;
        var instance = store.LoadWith(
            """(module (import "host" "f" (func $f)) (memory (export "memory") 1) (func $s (i32.store8 (i32.const 0) (i32.const 7)) (call $f)) (start $s))""",
            () => { runs++; });

        Assert.Equal(1, runs);
        Assert.Equal(7, instance.GetMemory().Read<byte>(0));
    }

    [Fact]
    [Trait("Row", "15")]
    public void An_exception_of_the_host_in_start_fails_the_instantiation_with_its_cause()
    {
        using var store = new TestStore();
        var cause = new InvalidDataException("not today");
        var error = Assert.Throws<WasmError>(() => store.LoadWith(
            """(module (import "host" "f" (func $f)) (start $f))""",
            (Action)(() => throw cause)));

        Assert.Same(cause, error.InnerException);
    }
}
