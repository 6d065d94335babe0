using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "7")]
public class TrapTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module $traps
          (type $point (struct (field i32)))
          (type $line (struct (field f64) (field f64)))
          (type $bytes (array (mut i8)))
          (type $void (func))
          (memory 1)
          (tag $boom (param i32))
          (table $t 2 funcref)
          (elem (table $t) (i32.const 1) func $other)
          (func $other (result i32) (i32.const 1))
          (func (export "unreachable") unreachable)
          (func (export "memory") (drop (i32.load (i32.const 65536))))
          (func (export "table") (drop (table.get $t (i32.const 2))))
          (func (export "null_call") (call_indirect $t (type $void) (i32.const 0)))
          (func (export "signature") (call_indirect $t (type $void) (i32.const 1)))
          (func (export "overflow") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
          (func (export "divide") (drop (i32.rem_u (i32.const 1) (i32.const 0))))
          (func (export "conversion") (drop (i32.trunc_f64_s (f64.const nan))))
          (func $deep (export "deep") (call $deep))
          (func (export "null_reference") (drop (struct.get $point 0 (ref.null $point))))
          (func (export "cast") (drop (ref.cast (ref $line) (struct.new $point (i32.const 1)))))
          (func (export "array") (drop (array.get_u $bytes (array.new_default $bytes (i32.const 1)) (i32.const 1))))
          (func (export "allocation") (drop (array.new_default $bytes (i32.const -1))))
          (func (export "atomic") (drop (i32.atomic.load (i32.const 1))))
          (func (export "exception") (throw $boom (i32.const 1)))
          (func (export "fine") (result i32) (i32.const 1)))
        """;

    [Theory]
    [InlineData("unreachable", "trap.unreachable", TrapCode.Unreachable)]
    [InlineData("memory", "trap.memory_out_of_bounds", TrapCode.MemoryOutOfBounds)]
    [InlineData("table", "trap.table_out_of_bounds", TrapCode.TableOutOfBounds)]
    [InlineData("null_call", "trap.indirect_call_to_null", TrapCode.IndirectCallToNull)]
    [InlineData("signature", "trap.bad_signature", TrapCode.BadSignature)]
    [InlineData("overflow", "trap.integer_overflow", TrapCode.IntegerOverflow)]
    [InlineData("divide", "trap.integer_divide_by_zero", TrapCode.IntegerDivideByZero)]
    [InlineData("conversion", "trap.bad_conversion_to_integer", TrapCode.BadConversionToInteger)]
    [InlineData("deep", "trap.stack_overflow", TrapCode.StackOverflow)]
    [InlineData("null_reference", "trap.null_reference", TrapCode.NullReference)]
    [InlineData("cast", "trap.cast_failure", TrapCode.CastFailure)]
    [InlineData("array", "trap.array_out_of_bounds", TrapCode.ArrayOutOfBounds)]
    [InlineData("allocation", "trap.allocation_too_large", TrapCode.AllocationTooLarge)]
    [InlineData("atomic", "trap.unaligned_atomic", TrapCode.UnalignedAtomic)]
    [InlineData("exception", "trap.uncaught_exception", TrapCode.UncaughtException)]
    public async Task A_trap_has_its_code_and_leaves_the_store_usable(string export, string text, TrapCode code)
    {
        var instance = await fixture.NewAsync(Module);

        var trap = await Expect.TrapAsync(text, instance.GetFunc(export).CallAsync());

        Assert.Equal(code, trap.TrapCode);
        Assert.NotEmpty(trap.Message);
        Assert.All(trap.Frames, frame => Assert.Equal("traps", frame.ModuleName));
        Assert.NotEmpty(trap.Frames);
        Assert.Equal(1, await instance.GetFunc("fine").CallAsync<int>());
    }

    [Fact]
    public async Task An_endless_guest_is_interrupted_and_one_without_fuel_stops()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Fuel = true } });
        var instance = await host.NewAsync(Guests.Worker, Guests.NoHost, new() { Options = new() { Limits = new() { Fuel = 10_000 } } });

        var fuel = await Expect.TrapAsync("trap.out_of_fuel", instance.GetFunc("spin").CallAsync());
        await instance.Store.SetFuelAsync(ulong.MaxValue);
        var interrupt = await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));

        Assert.Equal(TrapCode.OutOfFuel, fuel.TrapCode);
        Assert.Equal(TrapCode.Interrupt, interrupt.TrapCode);
    }

    [Fact]
    public async Task A_trap_tells_index_name_module_and_offset_of_each_function()
    {
        var instance = await fixture.NewAsync("""
            (module $shop
              (func $till (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
              (func $counter (export "pay") (param i32) (result i32) (call $till (local.get 0))))
            """);

        var trap = await Expect.TrapAsync("trap.integer_divide_by_zero", instance.GetFunc("pay").CallAsync<int, int>(0));

        Assert.Equal([(0u, "till", "shop"), (1u, "counter", "shop")], trap.Frames.Select(f => (f.FuncIndex, f.FuncName!, f.ModuleName!)));
        Assert.All(trap.Frames, frame => Assert.True(frame.FuncOffset > 0 && frame.ModuleOffset > frame.FuncOffset));
        Assert.Equal("integer divide by zero", trap.Message);
    }

    [Fact]
    public async Task Guests_without_names_are_told_by_their_index()
    {
        var instance = await fixture.NewAsync("""(module (func unreachable) (func (export "f") (call 0)))""");

        var trap = await Expect.TrapAsync("trap.unreachable", instance.GetFunc("f").CallAsync());

        Assert.Equal([(0u, null, null), (1u, null, null)], trap.Frames.Select(f => (f.FuncIndex, f.FuncName, f.ModuleName)));
    }
}
