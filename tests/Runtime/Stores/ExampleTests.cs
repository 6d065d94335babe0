using System.Text.Json;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>The interface's five examples, with exactly their results.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Example_1_add_is_8_and_multiply_add_is_8_5()
    {
        var guest = _store.Load("""
            (module
              (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
              (func (export "multiply_add") (param f64 f64 f64) (result f64) (f64.add (f64.mul (local.get 0) (local.get 1)) (local.get 2))))
            """);
        var add = guest.GetFunc("add");

        Assert.Equal(8, add.Call(5, 3).Value.AsI32());
        Assert.Equal(8.5, guest.GetFunc("multiply_add").Call(2.5, 3.0, 1.0).Value.AsF64());
        Assert.Equal("2 params, 1 result", $"{add.ParamArity} params, {add.ResultArity} result");
    }

    [Fact]
    public void Example_2_a_host_function_logs_a_message_out_of_the_caller_s_memory()
    {
        var log = new List<string>();
        var guest = _store.LoadWith(
            """
            (module
              (import "host" "f" (func $log (param i32 i32)))
              (memory (export "memory") 1)
              (data (i32.const 64) "Gr\c3\bc\c3\9fe \f0\9f\91\8b")
              (func (export "greet") (call $log (i32.const 64) (i32.const 12))))
            """,
            (WasmCaller caller, int address, int length) => log.Add(caller.GetMemory().ReadString(address, length)));
        guest.GetFunc("greet").Call();

        Assert.Equal(["Grüße 👋"], log);
    }

    [Fact]
    public void Example_3_divmod_is_the_list_3_and_2()
    {
        var divmod = _store.Load("""(module (func (export "divmod") (param i32 i32) (result i32 i32) (i32.div_s (local.get 0) (local.get 1)) (i32.rem_s (local.get 0) (local.get 1))))""").GetFunc("divmod");

        Assert.Equal(new Val[] { 3, 2 }, divmod.Call(17, 5));
    }

    [Theory]
    [InlineData("""{"a": 1, "b": [2], "c": null}""", 1, 3)]
    [InlineData("{}", 1, 0)]
    [InlineData("[1, 2]", 0, -1)]
    [InlineData("no json", 0, -1)]
    public void Example_4_a_host_function_counts_the_keys_of_json_in_the_caller_s_memory(string json, int answer, int keys)
    {
        var guest = _store.LoadWith(
            """
            (module
              (import "host" "f" (func $count_keys (param i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (func (export "run") (param i32) (result i32) (call $count_keys (i32.const 1024) (local.get 0) (i32.const 16))))
            """,
            (WasmCaller caller, int address, int length, int target) => CountKeys(caller.GetMemory(), address, length, target));
        var memory = guest.GetMemory();
        memory.Write(16, -1);
        int written = memory.WriteString(1024, json);

        Assert.Equal(answer, guest.GetFunc("run").Call(written).Value.AsI32());
        Assert.Equal([(byte)keys, (byte)(keys >> 8), (byte)(keys >> 16), (byte)(keys >> 24)], memory.ReadBytes(16, 4));
    }

    [Fact]
    public void Example_5_safe_divide_traps_with_division_by_zero()
    {
        var guest = _store.LoadWith(
            """(module (import "host" "f" (func $safe_divide (param i32 i32) (result i32))) (func (export "divide") (param i32 i32) (result i32) (call $safe_divide (local.get 0) (local.get 1))))""",
            (int a, int b) => b == 0 ? throw new Trap("Division by zero") : a / b);

        Assert.Equal(4, guest.GetFunc("divide").Call(20, 5).Value.AsI32());
        Assert.Equal("Division by zero", Assert.Throws<Trap>(() => guest.GetFunc("divide").Call(1, 0)).Message);
    }

    private static int CountKeys(WasmMemory memory, int address, int length, int target)
    {
        try
        {
            using var document = JsonDocument.Parse(memory.ReadBytes(address, length));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return 0;
            }

            memory.Write(target, document.RootElement.EnumerateObject().Count());
            return 1;
        }
        catch (JsonException)
        {
            return 0;
        }
    }
}
