using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Tests.Handles;

public class FuncRefTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (type $point (struct (field i32)))
          (func (export "nothing"))
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "all") (param i32 i64 f32 f64 v128 funcref externref anyref exnref)
            (result i32 i64 f32 f64 v128 funcref externref anyref exnref)
            (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8))
          (func (export "point") (param (ref null $point)) (result (ref $point)) (struct.new $point (i32.const 1)))
          (func (export "i64") (param i64) (result i64) (local.get 0))
          (func (export "f32") (param f32) (result f32) (local.get 0))
          (func (export "f64") (param f64) (result f64) (local.get 0))
          (func (export "divmod") (param i32 i32) (result i32 i32)
            (i32.div_s (local.get 0) (local.get 1)) (i32.rem_s (local.get 0) (local.get 1))))
        """;

    [Fact]
    [Trait("Row", "2")]
    public async Task A_functions_type_lists_its_parameters_and_results()
    {
        var all = (await NewAsync()).GetFunc("all").Type;

        Assert.Equal("(i32, i64, f32, f64, v128, funcref, externref, anyref, exnref) -> (i32, i64, f32, f64, v128, funcref, externref, anyref, exnref)", all.ToString());
        Assert.Equal([ValKind.I32, ValKind.I64, ValKind.F32, ValKind.F64, ValKind.V128, ValKind.FuncRef, ValKind.ExternRef, ValKind.AnyRef, ValKind.ExnRef], all.Params.Select(p => p.Kind));
        Assert.Equal(all.Params.AsEnumerable(), all.Results);
    }

    [Fact]
    [Trait("Row", "2")]
    public async Task A_type_that_the_module_defines_is_told_as_a_reference_to_it()
    {
        var type = (await NewAsync()).GetFunc("point").Type;

        Assert.Equal("((ref null $struct)) -> ((ref $struct))", type.ToString());
        Assert.True(type.Params[0].IsNullable);
        Assert.False(type.Results[0].IsNullable);
    }

    [Fact]
    [Trait("Row", "3")]
    public async Task Arities_are_known_without_calling_even_when_the_store_has_gone()
    {
        var instance = await NewAsync();
        await instance.Store.StopAsync();

        Assert.Equal((2, 1), (instance.GetFunc("add").ParamArity, instance.GetFunc("add").ResultArity));
        Assert.Equal((0, 0), (instance.GetFunc("nothing").ParamArity, instance.GetFunc("nothing").ResultArity));
        Assert.Equal((2, 2), (instance.GetFunc("divmod").ParamArity, instance.GetFunc("divmod").ResultArity));
    }

    [Fact]
    [Trait("Row", "4")]
    public async Task Arguments_are_plain_numbers_or_values()
    {
        var add = (await NewAsync()).GetFunc("add");

        Assert.Equal(8, (await add.CallAsync(5, 3)).Value.AsI32());
        Assert.Equal(8, (await add.CallAsync(Val.I32(5), 3)).Value.AsI32());
    }

    [Fact]
    [Trait("Row", "4")]
    public async Task A_number_is_converted_only_where_nothing_is_lost()
    {
        var instance = await NewAsync();

        Assert.Equal(5L, (await instance.GetFunc("i64").CallAsync(5)).Value.AsI64());
        Assert.Equal(3d, (await instance.GetFunc("f64").CallAsync(3)).Value.AsF64());
        Assert.Equal(0.5f, (await instance.GetFunc("f32").CallAsync(0.5)).Value.AsF32());
        Assert.Equal(1.5d, (await instance.GetFunc("f64").CallAsync(1.5f)).Value.AsF64());
        await Expect.ErrorAsync(ErrorCode.BadArguments, instance.GetFunc("f32").CallAsync(0.1));
        await Expect.ErrorAsync(ErrorCode.BadArguments, instance.GetFunc("f32").CallAsync((1 << 24) + 1));
        await Expect.ErrorAsync(ErrorCode.BadArguments, instance.GetFunc("f64").CallAsync((1L << 53) + 1));
        await Expect.ErrorAsync(ErrorCode.BadArguments, instance.GetFunc("add").CallAsync(1L << 40, 1));
    }

    [Fact]
    [Trait("Row", "5")]
    public async Task Results_are_none_one_or_a_list()
    {
        var instance = await NewAsync();

        Assert.Empty(await instance.GetFunc("nothing").CallAsync());
        Assert.Equal(Val.I32(3), (await instance.GetFunc("add").CallAsync(1, 2)).Value);
        Assert.Equal([Val.I32(3), Val.I32(2)], await instance.GetFunc("divmod").CallAsync(17, 5));
    }

    [Fact]
    [Trait("Row", "6")]
    public async Task A_wrong_number_of_arguments_is_an_error_that_states_the_signature()
    {
        var add = (await NewAsync()).GetFunc("add");

        var error = await Expect.ErrorAsync(ErrorCode.BadArguments, add.CallAsync(1));

        Assert.Equal("(i32, i32) -> (i32) takes 2 arguments, not 1.", error.Message);
    }

    [Fact]
    [Trait("Row", "6")]
    public async Task A_wrong_argument_is_an_error_that_states_signature_position_and_value()
    {
        var instance = await NewAsync();

        var text = await Expect.ErrorAsync(ErrorCode.BadArguments, instance.GetFunc("add").CallAsync(1, "two"));
        var kind = await Expect.ErrorAsync(ErrorCode.BadArguments, instance.GetFunc("add").CallAsync(Val.F64(1.5), 2));

        Assert.Equal("Argument 2 of (i32, i32) -> (i32): two (String) is no i32, and cannot become one without loss.", text.Message);
        Assert.Equal("Argument 1 of (i32, i32) -> (i32): 1.5 (f64) is no i32, and cannot become one without loss.", kind.Message);
    }

    [Fact]
    [Trait("Row", "6")]
    public async Task Wrong_arguments_in_a_message_are_an_error_and_leave_the_store_as_it_is()
    {
        var add = (await NewAsync()).GetFunc("add");

        var replies = await add.Store.CallBatchAsync([new(add.Id, [1]), new(add.Id, [Val.F32(1), 2]), new(add.Id, [1, 2])]);

        Assert.Equal("(i32, i32) -> (i32) takes 2 arguments, not 1.", Assert.IsType<Failed>(replies[0]).Failure.Message);
        Assert.Equal("Argument 1 of (i32, i32) -> (i32): 1 (f32) is no i32, and cannot become one without loss.", Assert.IsType<Failed>(replies[1]).Failure.Message);
        Assert.Equal(3, Assert.IsType<Returned>(replies[2]).Results.Value.AsI32());
    }

    [Fact]
    [Trait("Row", "6")]
    public async Task A_function_of_another_store_is_no_argument()
    {
        var own = (await NewAsync()).GetFunc("all");
        var foreign = (await NewAsync()).GetFunc("add");

        var error = await Expect.ErrorAsync(ErrorCode.WrongStore, own.CallAsync(1, 2L, 3f, 4d, (UInt128)5, foreign, null, null, null));

        Assert.Contains($"store {foreign.Store.Id}", error.Message);
        Assert.Contains($"store {own.Store.Id}", error.Message);
    }

    private Task<InstanceRef> NewAsync() => fixture.NewAsync(Module);
}
