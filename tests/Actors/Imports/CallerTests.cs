using System.Text;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Tests.Imports;

public class CallerTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (import "env" "host" (func $host (param i32 i32) (result i32)))
          (memory (export "memory") 1 3)
          (table (export "table") 3 funcref)
          (global (export "global") (mut i32) (i32.const 41))
          (data (i32.const 16) "gr\c3\bc\c3\9fe")
          (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
          (func (export "run") (param i32 i32) (result i32) (call $host (local.get 0) (local.get 1))))
        """;

    [Fact]
    [Trait("Row", "11")]
    public async Task The_caller_reaches_functions_memories_tables_and_globals_of_the_calling_instance()
    {
        var run = await RunAsync((caller, a, _) =>
        {
            caller.GetGlobal("global").Set(a + 1);
            return caller.GetFunc("double").Call<int, int>(a)
                + (int)caller.GetTable("table").Size
                + (int)(caller.GetMemory().Length / 65536)
                + ((WasmGlobal)caller.GetExport("global")).Get().AsI32();
        });

        Assert.Equal(20 + 3 + 1 + 11, await run.CallAsync<int, int, int>(10, 0));
    }

    [Fact]
    [Trait("Row", "11")]
    public async Task An_unknown_export_is_an_error_or_null()
    {
        var run = await RunAsync((caller, a, _) => a == 0 ? (caller.TryGetExport("nowhere") is null ? 1 : 0) : (int)((WasmMemory)caller.GetExport("nowhere")).Length);

        Assert.Equal(1, await run.CallAsync<int, int, int>(0, 0));
        var error = await Expect.ErrorAsync(ErrorCode.ExportNotFound, run.CallAsync<int, int, int>(1, 0));
        Assert.Equal("The calling instance exports nothing named 'nowhere'.", error.Message);
    }

    [Theory]
    [Trait("Row", "11")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_caller_is_dead_once_the_host_function_returned_or_threw(bool throws)
    {
        WasmCaller kept = default;
        var run = await RunAsync((caller, a, b) =>
        {
            kept = caller;
            return throws ? throw new InvalidOperationException("boom") : a + b;
        });
        var call = run.CallAsync<int, int, int>(1, 2).AsTask();
        if (throws)
        {
            await Expect.ErrorAsync(ErrorCode.HostException, () => call);
        }
        else
        {
            Assert.Equal(3, await call);
        }

        Assert.Equal(ErrorCode.CallerGone, Assert.Throws<WasmError>(() => kept.GetMemory()).Code);
        Assert.Equal(ErrorCode.CallerGone, Assert.Throws<WasmError>(() => kept.TryGetExport("memory")).Code);
        Assert.Equal(ErrorCode.CallerGone, Assert.Throws<WasmError>(() => kept.Data).Code);
    }

    [Fact]
    [Trait("Row", "11")]
    public async Task A_caller_kept_from_an_earlier_call_is_dead_in_the_next_one()
    {
        WasmCaller? kept = null;
        var run = await RunAsync((caller, _, _) =>
        {
            if (kept is { } dead)
            {
                return (int)dead.GetMemory().Length;
            }

            kept = caller;
            return 0;
        });

        Assert.Equal(0, await run.CallAsync<int, int, int>(0, 0));
        var error = await Expect.ErrorAsync(ErrorCode.CallerGone, run.CallAsync<int, int, int>(0, 0));
        Assert.StartsWith("The caller is valid only inside the host function", error.Message);
    }

    [Fact]
    [Trait("Row", "12")]
    public async Task A_host_function_reads_and_writes_bytes_and_text_through_the_caller()
    {
        string? read = null;
        var run = await RunAsync((caller, at, length) =>
        {
            var memory = caller.GetMemory();
            read = memory.ReadString(at, length);
            memory.Write(64, [1, 2, 3]);
            return memory.WriteString(128, read, Encoding.Unicode);
        });

        Assert.Equal(10, await run.CallAsync<int, int, int>(16, 7));
        Assert.Equal("grüße", read);
        var memory = MemoryOf(run);
        Assert.Equal([1, 2, 3], (await memory.ReadAsync(64, 3)).ToArray());
        Assert.Equal("grüße", await memory.ReadStringAsync(128, 10, Encoding.Unicode));
    }

    [Fact]
    [Trait("Row", "12")]
    public async Task A_host_function_grows_the_callers_memory()
    {
        var run = await RunAsync((caller, by, _) => (int)caller.GetMemory().Grow(by));

        Assert.Equal(1, await run.CallAsync<int, int, int>(2, 0));
        Assert.Equal(3 * 65536, await MemoryOf(run).GetLengthAsync());
        await Expect.ErrorAsync(ErrorCode.MemoryGrowFailed, run.CallAsync<int, int, int>(1, 0));
    }

    [Fact]
    [Trait("Row", "12")]
    public async Task A_write_out_of_range_is_an_error_before_any_byte_is_touched()
    {
        var run = await RunAsync((caller, _, _) =>
        {
            caller.GetMemory().Write(65534, [9, 9, 9]);
            return 0;
        });

        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, run.CallAsync<int, int, int>(0, 0));

        Assert.Equal([0, 0], (await MemoryOf(run).ReadAsync(65534, 2)).ToArray());
    }

    private readonly Dictionary<FuncRef, InstanceRef> _instances = [];

    private MemoryRef MemoryOf(FuncRef run) => _instances[run].GetMemory();

    private async Task<FuncRef> RunAsync(Func<WasmCaller, int, int, int> host)
    {
        var instance = await fixture.NewAsync(Module, new ImportSet().Define("env", "host", host));
        var run = instance.GetFunc("run");
        _instances.Add(run, instance);
        return run;
    }
}
