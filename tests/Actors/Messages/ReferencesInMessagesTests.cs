using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Messages;

[Trait("Row", "2")]
public class ReferencesInMessagesTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (type $point (struct (field (mut i32)) (field f64)))
          (tag $boom (param i32))
          (func (export "v128") (param v128) (result v128) (i32x4.add (local.get 0) (i32x4.splat (i32.const 1))))
          (func (export "object") (param externref) (result externref) (local.get 0))
          (func (export "new") (param i32) (result anyref) (struct.new $point (local.get 0) (f64.const 0.5)))
          (func (export "x") (param anyref) (result i32) (struct.get $point 0 (ref.cast (ref $point) (local.get 0))))
          (func (export "move") (param anyref)
            (struct.set $point 0 (ref.cast (ref $point) (local.get 0)) (i32.const 99)))
          (func (export "i31") (param i32) (result i31ref) (ref.i31 (local.get 0)))
          (func (export "catch") (param i32) (result exnref) (local $e exnref)
            (block $h (result i32 exnref)
              (try_table (catch_ref $boom $h) (throw $boom (local.get 0)))
              (unreachable))
            (local.set $e) (drop) (local.get $e))
          (func (export "rethrow") (param exnref) (result i32)
            (block $h (result i32)
              (try_table (catch $boom $h) (throw_ref (local.get 0)))
              (unreachable)))
          (func (export "throw_out") (param exnref) (throw_ref (local.get 0))))
        """;

    [Fact]
    public async Task Vectors_keep_their_lanes()
    {
        var instance = await fixture.NewAsync(Module);

        var result = (await instance.GetFunc("v128").CallAsync(Val.V128(0x00000002_00000001, 0x00000004_00000003))).Value;

        Assert.Equal((0x00000003_00000002ul, 0x00000005_00000004ul), result.AsV128());
    }

    [Fact]
    public async Task Host_objects_come_back_as_themselves()
    {
        var instance = await fixture.NewAsync(Module);
        var thing = new object();

        Assert.Same(thing, (await instance.GetFunc("object").CallAsync(thing)).Value.AsExternRef());
        Assert.Null((await instance.GetFunc("object").CallAsync((object?)null)).Value.AsExternRef());
    }

    [Fact]
    public async Task A_handle_is_a_host_object_like_any_other_where_an_externref_is_wanted()
    {
        var instance = await fixture.NewAsync(Module);
        var other = await fixture.NewAsync(Module);

        Assert.Same(other.GetFunc("x"), (await instance.GetFunc("object").CallAsync(other.GetFunc("x"))).Value.AsExternRef());
        Assert.Same(other.Store, (await instance.GetFunc("object").CallAsync(Val.ExternRef(other.Store))).Value.AsExternRef());
    }

    [Fact]
    public async Task Structs_of_the_guests_heap_travel_as_opaque_values_and_stay_the_same_object()
    {
        var instance = await fixture.NewAsync(Module);

        var point = (await instance.GetFunc("new").CallAsync(7)).Value;
        await instance.Store.CollectGuestHeapAsync();
        Assert.Equal(ValKind.AnyRef, point.Kind);
        Assert.Equal(7, (await instance.GetFunc("x").CallAsync(point)).Value.AsI32());
        await instance.GetFunc("move").CallAsync(point.AsReference());

        Assert.Equal(99, (await instance.GetFunc("x").CallAsync(point)).Value.AsI32());
        Assert.Equal(ValKind.AnyRef, (await instance.GetFunc("i31").CallAsync(5)).Value.Kind);
    }

    [Fact]
    public async Task A_reference_into_a_heap_is_refused_by_another_store()
    {
        var point = (await (await fixture.NewAsync(Module)).GetFunc("new").CallAsync(7)).Value;
        var other = await fixture.NewAsync(Module);

        await Expect.ErrorAsync(ErrorCode.WrongStore, other.GetFunc("x").CallAsync(point));
    }

    [Fact]
    public async Task Exceptions_of_the_guest_travel_as_opaque_values_and_can_be_thrown_again()
    {
        var instance = await fixture.NewAsync(Module);

        var exception = (await instance.GetFunc("catch").CallAsync(5)).Value;

        Assert.Equal(ValKind.ExnRef, exception.Kind);
        Assert.Equal(5, (await instance.GetFunc("rethrow").CallAsync(exception)).Value.AsI32());
        await Expect.TrapAsync("trap.uncaught_exception", instance.GetFunc("throw_out").CallAsync(exception));
        Assert.Equal(5, (await instance.GetFunc("rethrow").CallAsync(exception)).Value.AsI32());
    }

    [Fact]
    public async Task Null_is_a_value_of_each_reference_type()
    {
        var instance = await fixture.NewAsync(Module);

        await Expect.TrapAsync("trap.cast_failure", instance.GetFunc("x").CallAsync(Val.Null(ValType.AnyRef)));
        await Expect.TrapAsync("trap.null_reference", instance.GetFunc("rethrow").CallAsync((object?)null));
    }

    [Fact]
    public async Task Functions_handed_out_by_a_host_function_are_callable_handles()
    {
        var instance = await fixture.NewAsync(
            """
            (module
              (import "env" "wrap" (func $wrap (param funcref) (result funcref)))
              (func $nine (result i32) (i32.const 9))
              (elem declare func $nine)
              (func (export "run") (result funcref) (call $wrap (ref.func $nine))))
            """,
            new ImportSet().Define("env", "wrap", (Runtime.Stores.WasmFunc inner) => inner));

        var func = (await instance.GetFunc("run").CallAsync()).Value.AsFunc()!;

        Assert.Equal(9, await func.CallAsync<int>());
    }
}
