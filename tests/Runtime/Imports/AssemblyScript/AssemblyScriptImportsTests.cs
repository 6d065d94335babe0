using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Imports.AssemblyScript;

/// <summary>What AssemblyScript's library imports, by a guest that has its texts as AssemblyScript lays them out.</summary>
public sealed class AssemblyScriptImportsTests
{
    private const string Text = """
        (module
          (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
          (import "env" "console.log" (func $log (param i32)))
          (import "env" "console.error" (func $error (param i32)))
          (import "env" "trace" (func $trace (param i32 i32 f64 f64 f64 f64 f64)))
          (import "env" "seed" (func $seed (result f64)))
          (memory (export "memory") 1)
          (data (i32.const 96) "\04\00\00\00h\00i\00") (data (i32.const 196) "\08\00\00\00a\00.\00t\00s\00")
          (data (i32.const 296) "\ff\ff\ff\7f")
          (func (export "abort") (param i32 i32) (call $abort (local.get 0) (local.get 1) (i32.const 3) (i32.const 7)))
          (func (export "log") (param i32) (call $log (local.get 0)))
          (func (export "error") (param i32) (call $error (local.get 0)))
          (func (export "trace") (call $trace (i32.const 100) (i32.const 2) (f64.const 1) (f64.const 2.5) (f64.const 0) (f64.const 0) (f64.const 0)))
          (func (export "seed") (result f64) (call $seed)))
        """;

    private static readonly WasmEngine s_engine = new();
    private static readonly WasmModule s_module = WasmModule.FromText(s_engine, Text);

    private readonly WasiCapture _output = WasiOutput.Capture();
    private readonly WasiCapture _errors = WasiOutput.Capture();

    [Theory]
    [InlineData(100, 200, "abort: hi in a.ts(3:7)")]
    [InlineData(0, 200, "abort: no message in a.ts(3:7)")]
    [InlineData(100, 0, "abort: hi")]
    [InlineData(300, 0, "abort: (no text at 300)")]
    [InlineData(-1, 0, "abort: (no text at 4294967295)")]
    [InlineData(2, 0, "abort: (no text at 2)")]
    public void An_abort_is_a_trap_with_its_message(int message, int file, string said)
    {
        using var store = NewStore();
        var abort = store.Instantiate(s_module, new ImportSet().DefineAssemblyScript()).GetFunc("abort");

        var trap = Assert.Throws<Trap>(() => abort.Call<int, int, Nothing>(message, file));

        Assert.Equal((TrapCode.Host, said), (trap.TrapCode, trap.Message));
        Assert.NotEmpty(trap.Frames);
        Assert.Equal(said + "\n", _errors.Text);
    }

    [Fact]
    public void What_a_guest_logs_goes_to_its_outputs()
    {
        using var store = NewStore();
        var guest = store.Instantiate(s_module, new ImportSet().DefineAssemblyScript());
        guest.GetFunc("log").Call<int, Nothing>(100);
        guest.GetFunc("log").Call<int, Nothing>(0);
        guest.GetFunc("error").Call<int, Nothing>(200);
        guest.GetFunc("trace").Call<Nothing>();
        guest.GetFunc("seed").Call<double>();

        Assert.Equal(("hi\nnull\n", "a.ts\ntrace: hi 1, 2.5\n"), (_output.Text, _errors.Text));
    }

    [Fact]
    public void A_definition_of_the_same_name_comes_first_and_another_type_is_a_missing_import()
    {
        using var store = NewStore();
        int called = 0;
        var imports = new ImportSet().DefineAssemblyScript().Define("env", "console.log", (int _) => { called++; });
        store.Instantiate(s_module, imports.Copy()).GetFunc("log").Call<int, Nothing>(100);
        using var other = WasmModule.FromText(s_engine, """(module (import "env" "abort" (func)))""");

        Assert.Equal((1, ""), (called, _output.Text));
        Assert.Equal(ErrorCode.MissingImport, Assert.Throws<WasmError>(() => store.Instantiate(other, imports)).Code);
        Assert.Equal(ErrorCode.MissingImport, Assert.Throws<WasmError>(() => store.Instantiate(s_module, new ImportSet())).Code);
    }

    private WasmStore NewStore() => new(s_engine, new StoreOptions { Wasi = new WasiOptions { Stdout = _output, Stderr = _errors } });
}
