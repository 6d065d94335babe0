using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "5")]
public class TypedCallTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (global $last (mut i32) (i32.const 0))
          (func (export "nothing"))
          (func (export "seven") (result i32) (i32.const 7))
          (func (export "set") (param i32) (global.set $last (local.get 0)))
          (func (export "get") (result i32) (global.get $last))
          (func (export "negate") (param i64) (result i64) (i64.sub (i64.const 0) (local.get 0)))
          (func (export "sub") (param f32 f32) (result f32) (f32.sub (local.get 0) (local.get 1)))
          (func (export "multiply_add") (param f64 f64 f64) (result f64) (f64.add (f64.mul (local.get 0) (local.get 1)) (local.get 2)))
          (func (export "mix") (param i32 i64 f32 f64) (result f64 f32 i64 i32) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
          (func (export "v128") (param v128) (result v128) (local.get 0))
          (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))
        """;

    [Fact]
    public async Task Typed_calls_take_none_to_four_numbers()
    {
        var instance = await NewAsync();

        Assert.Equal(7, await instance.GetFunc("seven").CallAsync<int>());
        Assert.Equal(-(1L << 40), await instance.GetFunc("negate").CallAsync<long, long>(1L << 40));
        Assert.Equal(1.25f, await instance.GetFunc("sub").CallAsync<float, float, float>(2f, 0.75f));
        Assert.Equal(8.5, await instance.GetFunc("multiply_add").CallAsync<double, double, double, double>(2.5, 3.0, 1.0));
        Assert.Equal((4d, 3f, 2L, 1), await instance.GetFunc("mix").CallAsync<int, long, float, double, (double, float, long, int)>(1, 2L, 3f, 4d));
    }

    [Fact]
    public async Task A_typed_call_of_a_function_without_results_answers_nothing()
    {
        var instance = await NewAsync();

        Assert.Equal(default(Nothing), await instance.GetFunc("nothing").CallAsync<Nothing>());
        Assert.Equal(default(Nothing), await instance.GetFunc("set").CallAsync<int, Nothing>(41));
        Assert.Equal(41, await instance.GetFunc("get").CallAsync<int>());
    }

    [Fact]
    public async Task Unsigned_numbers_and_vectors_keep_their_bits()
    {
        var instance = await NewAsync();
        var vector = new UInt128(0x0123456789abcdef, 0xfedcba9876543210);

        Assert.Equal(vector, await instance.GetFunc("v128").CallAsync<UInt128, UInt128>(vector));
        Assert.Equal(ulong.MaxValue, await instance.GetFunc("negate").CallAsync<ulong, ulong>(1));
    }

    [Fact]
    public async Task Other_types_than_the_functions_are_refused_before_anything_is_sent()
    {
        var sub = (await NewAsync()).GetFunc("sub");

        var error = await Expect.ErrorAsync(ErrorCode.BadSignature, sub.CallAsync<int, int, int>(1, 2));

        Assert.StartsWith("A typed call of (Int32, Int32) -> (Int32) does not fit the function's type (f32, f32) -> (f32)", error.Message);
        await Expect.ErrorAsync(ErrorCode.BadSignature, sub.CallAsync<float, float>(1));
        Assert.Equal(1f, await sub.CallAsync<float, float, float>(3, 2));
    }

    [Fact]
    public async Task A_typed_batch_answers_its_results_in_order()
    {
        var instance = await NewAsync();

        var pairs = await instance.GetFunc("divide").CallBatchAsync<(int, int), int>(new[] { (6, 3), (9, 3), (-8, 2) });
        var singles = await instance.GetFunc("negate").CallBatchAsync<long, long>(Enumerable.Range(0, 1_000).Select(i => (long)i).ToArray());
        var none = await instance.GetFunc("seven").CallBatchAsync<Nothing, int>(new Nothing[3]);

        Assert.Equal([2, 3, -4], pairs.Results.ToArray());
        Assert.Null(pairs.Failure);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => -(long)i), singles.Results.ToArray());
        Assert.Equal([7, 7, 7], none.Results.ToArray());
    }

    [Fact]
    public async Task The_first_failure_ends_a_typed_batch_and_the_results_before_it_stand()
    {
        var divide = (await NewAsync()).GetFunc("divide");

        var batch = await divide.CallBatchAsync<(int, int), int>(new[] { (6, 3), (9, 3), (1, 0), (8, 2) });

        Assert.Equal(2, batch.Completed);
        Assert.Equal([2, 3], batch.Results.ToArray());
        Assert.Equal(TrapCode.IntegerDivideByZero, Assert.IsType<Trap>(batch.Failure).TrapCode);
    }

    [Fact]
    public async Task A_typed_batch_may_be_empty_and_must_fit_the_function()
    {
        var divide = (await NewAsync()).GetFunc("divide");

        var empty = await divide.CallBatchAsync<(int, int), int>(ReadOnlyMemory<(int, int)>.Empty);

        Assert.Equal(0, empty.Completed);
        Assert.Null(empty.Failure);
        await Expect.ErrorAsync(ErrorCode.BadSignature, divide.CallBatchAsync<int, int>(new[] { 1 }));
    }

    [Fact]
    public async Task A_batch_of_mixed_calls_goes_on_after_a_failure()
    {
        var instance = await NewAsync();
        var divide = instance.GetFunc("divide");

        var replies = await instance.Store.CallBatchAsync(
        [
            new(divide.Id, [8, 2]),
            new(divide.Id, [1, 0]),
            new(instance.GetFunc("set").Id, [5]),
            new(new ExternId(7, 7), []),
            new(instance.GetFunc("get").Id, []),
        ]);

        Assert.Equal(4, ResultsOf(replies[0]).Value.AsI32());
        Assert.Equal("trap.integer_divide_by_zero", CodeOf(replies[1]));
        Assert.Empty(ResultsOf(replies[2]));
        Assert.Equal(ErrorCode.ExportNotFound, CodeOf(replies[3]));
        Assert.Equal(5, ResultsOf(replies[4]).Value.AsI32());
    }

    private static Results ResultsOf(object reply) => Assert.IsType<Returned>(reply).Results;

    private static string CodeOf(object reply) => Assert.IsType<Failed>(reply).Failure.Code;

    private Task<InstanceRef> NewAsync() => fixture.NewAsync(Module);
}
