using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

/// <summary>What makes calls short to write: typed calls of any types, outcomes as data, a token among the arguments.</summary>
public class ConvenienceTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (func (export "sum6") (param i32 i32 i32 i32 i32 i32) (result i32)
            (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 2) (i32.add (local.get 3) (i32.add (local.get 4) (local.get 5))))))
          (func (export "last8") (param i32 i64 f32 f64 i32 i64 f32 f64) (result f64) (local.get 7))
          (func (export "nine") (result i32 i32 i32 i32 i32 i32 i32 i64 f64)
            (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7) (i64.const 8) (f64.const 9))
          (func (export "sum9") (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.add (local.get 0) (local.get 8)))
          (func $seven (export "seven") (result i32) (i32.const 7))
          (func (export "echo") (param externref i32) (result externref i32) (local.get 0) (local.get 1))
          (func (export "same") (param externref) (result externref) (local.get 0))
          (func (export "func") (param funcref) (result funcref) (local.get 0))
          (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))
        """;

    [Fact]
    public async Task A_typed_call_takes_up_to_eight_parameters_and_returns_tuples_of_any_length()
    {
        var instance = await fixture.NewAsync(Module);

        Assert.Equal(21, await instance.GetFunc("sum6").CallAsync<int, int, int, int, int, int, int>(1, 2, 3, 4, 5, 6));
        Assert.Equal(8.5, await instance.GetFunc("last8").CallAsync<int, long, float, double, int, long, float, double, double>(1, 2, 3, 4, 5, 6, 7, 8.5));
        Assert.Equal((1, 2, 3, 4, 5, 6, 7, 8L, 9.0), await instance.GetFunc("nine").CallAsync<(int, int, int, int, int, int, int, long, double)>());
    }

    [Fact]
    public async Task A_batch_takes_tuples_of_more_than_seven_items()
    {
        var instance = await fixture.NewAsync(Module);
        var batch = await instance.GetFunc("sum9").CallBatchAsync<(int, int, int, int, int, int, int, int, int), int>(new[] { (1, 2, 3, 4, 5, 6, 7, 8, 9), (10, 0, 0, 0, 0, 0, 0, 0, 5) });

        Assert.Equal([10, 15], batch.Results.ToArray());
        var refused = await Expect.ErrorAsync("call.bad_signature", instance.GetFunc("same").CallBatchAsync<object, object>(new object[] { "a" }));
        Assert.Contains("numbers only", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typed_calls_take_and_return_references()
    {
        var instance = await fixture.NewAsync(Module);
        var seven = instance.GetFunc("seven");

        Assert.Equal(("text", 5), await instance.GetFunc("echo").CallAsync<string, int, (string, int)>("text", 5));
        var returned = await instance.GetFunc("func").CallAsync<FuncRef, FuncRef>(seven);
        Assert.Equal(7, await returned.CallAsync<int>());
        await Expect.ErrorAsync("value.wrong_type", instance.GetFunc("same").CallAsync<object, Uri>("text"));
    }

    [Fact]
    public async Task A_function_handle_becomes_a_value()
    {
        var instance = await fixture.NewAsync(Module);
        var results = await instance.GetFunc("func").CallAsync(Val.FuncRef(instance.GetFunc("seven")));

        Assert.Equal(7, await results.Value.AsFunc()!.CallAsync<int>());
        Assert.True((await instance.GetFunc("func").CallAsync(Val.FuncRef((FuncRef?)null))).Value.IsNull);
    }

    [Fact]
    public async Task A_single_null_or_array_is_one_argument()
    {
        var same = (await fixture.NewAsync(Module)).GetFunc("same");
        string[] strings = ["a", "b"];

        Assert.True((await same.CallAsync(null)).Value.IsNull);
        Assert.Same(strings, (await same.CallAsync(strings)).Value.AsExternRef());
        Assert.Equal("a", (await same.CallAsync(new object?[] { "a" })).Value.AsExternRef());
    }

    [Fact]
    public async Task A_token_after_the_arguments_cancels_the_call()
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var instance = await fixture.NewAsync(
            """
            (module
              (import "env" "host" (func $host (param i32) (result i32)))
              (func (export "spin") (param i32) (drop (call $host (local.get 0))) (loop $again (br $again))))
            """,
            Guests.HostImport(x =>
            {
                running.SetResult();
                return x;
            }));
        using var cancel = new CancellationTokenSource();
        var call = instance.GetFunc("spin").CallAsync(1, cancel.Token).AsTask();
        await Expect.SoonAsync(running.Task);
        await cancel.CancelAsync();

        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(call));
        Assert.Equal("call.cancelled", failure.Code);
    }

    [Fact]
    public async Task A_token_is_an_argument_where_the_function_takes_an_object_there()
    {
        var same = (await fixture.NewAsync(Module)).GetFunc("same");
        using var cancel = new CancellationTokenSource();

        Assert.Equal(cancel.Token, (await same.CallAsync((object)cancel.Token)).Value.AsExternRef());
    }

    [Fact]
    public async Task Two_different_tokens_are_refused()
    {
        var instance = await fixture.NewAsync(Module);
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();

        await Expect.ErrorAsync("call.bad_arguments", instance.GetFunc("divide").CallAsync(new CallOptions(null, one.Token), 1, 1, other.Token));
    }

    [Fact]
    public async Task A_failure_comes_as_data_where_it_is_asked_for()
    {
        var divide = (await fixture.NewAsync(Module)).GetFunc("divide");

        var good = await divide.TryCallAsync(17, 5);
        Assert.True(good.Succeeded);
        Assert.Equal("3", good.ToString());
        var bad = await divide.TryCallAsync(17, 0);
        Assert.False(bad.Succeeded);
        Assert.Equal("trap.integer_divide_by_zero", bad.Failure.Code);
        Assert.Throws<Trap>(() => bad.Value);
        var typed = await divide.CallAsync<int, int, int>(17, 0).ToOutcomeAsync();
        Assert.Equal("trap.integer_divide_by_zero", typed.Failure!.Code);
        var wrong = await divide.TryCallAsync("text");
        Assert.Equal("call.bad_arguments", wrong.Failure!.Code);
    }

    [Fact]
    public async Task A_delegate_of_strings_answers_an_import_later()
    {
        var imports = new ImportMap().Serve("env", "upper", async (string text) =>
        {
            await Task.Yield();
            return text.ToUpperInvariant();
        });
        var instance = await fixture.NewAsync(
            """(module (import "env" "upper" (func $f (param externref) (result externref))) (func (export "run") (param externref) (result externref) (call $f (local.get 0))))""",
            imports);

        Assert.Equal("ABC", await instance.GetFunc("run").CallAsync<string, string>("abc"));
    }

    [Fact]
    public async Task A_module_comes_out_of_a_stream_and_is_validated_without_compiling()
    {
        byte[] binary = ModuleText.ToBinary("""(module $streamed (func (export "own")))""");
        using var stream = new MemoryStream(binary);
        long before = fixture.Host.Modules.Compilations;

        await fixture.Host.ValidateAsync(binary);
        Assert.Equal(before, fixture.Host.Modules.Compilations);
        Assert.Same(await fixture.Host.LoadStreamAsync(stream), await fixture.Host.LoadAsync(binary));
        var invalid = await Assert.ThrowsAsync<WasmError>(() => fixture.Host.ValidateAsync(binary.AsMemory(0, binary.Length - 1)));
        Assert.Equal("module.invalid", invalid.Code);
    }
}
