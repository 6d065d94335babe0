using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>A pointer that is no good is the guest's mistake: a trap, in Wasmtime's functions and in the host's own.</summary>
public sealed class WasiPointerTests
{
    private const string Text = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "clock_time_get" (func $now (param i32 i64 i32) (result i32)))
          (import "wasi_snapshot_preview1" "clock_res_get" (func $res (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func $vector (i32.store (i32.const 0) (i32.const 65530)) (i32.store (i32.const 4) (i32.const 100)))
          (func (export "write_misaligned") (result i32) (call $write (i32.const 1) (i32.const 3) (i32.const 1) (i32.const 16)))
          (func (export "write_outside") (result i32) (call $write (i32.const 1) (i32.const 65536) (i32.const 1) (i32.const 16)))
          (func (export "write_buffer_outside") (result i32) (call $vector) (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
          (func (export "read_misaligned") (result i32) (call $read (i32.const 0) (i32.const 3) (i32.const 1) (i32.const 16)))
          (func (export "read_outside") (result i32) (call $read (i32.const 0) (i32.const 65536) (i32.const 1) (i32.const 16)))
          (func (export "read_buffer_outside") (result i32) (call $vector) (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
          (func (export "read_count_outside") (result i32) (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 65533)))
          (func (export "random_outside") (result i32) (call $random (i32.const 65530) (i32.const 100)))
          (func (export "res_misaligned") (result i32) (call $res (i32.const 0) (i32.const 5)))
          (func (export "now_misaligned") (result i32) (call $now (i32.const 0) (i64.const 1) (i32.const 5)))
          (func (export "now_outside") (result i32) (call $now (i32.const 0) (i64.const 1) (i32.const 65532)))
          (func (export "poll_misaligned") (result i32) (call $poll (i32.const 4) (i32.const 256) (i32.const 1) (i32.const 512)))
          (func (export "poll_outside") (result i32) (call $poll (i32.const 0) (i32.const 65528) (i32.const 1) (i32.const 512))))
        """;

    private static readonly Lazy<(WasmEngine Engine, WasmModule Module)> s_guest = new(static () =>
    {
        var engine = new WasmEngine();
        return (engine, WasmModule.FromText(engine, Text));
    });

    public static TheoryData<string, ExecutionMode, bool> Cases()
    {
        var cases = new TheoryData<string, ExecutionMode, bool>();
        foreach (var export in s_guest.Value.Module.Exports.Where(static e => e.Name != "memory"))
        {
            foreach (var mode in (ExecutionMode[])[ExecutionMode.Direct, ExecutionMode.Preemptive])
            {
                cases.Add(export.Name, mode, true);
                if (export.Name is not ("read_buffer_outside" or "read_count_outside"))
                {
                    cases.Add(export.Name, mode, false); // Wasmtime looks at no more than it writes
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_bad_pointer_is_a_trap(string export, ExecutionMode mode, bool fromStream)
    {
        var (engine, module) = s_guest.Value;
        using var stream = new MemoryStream("text"u8.ToArray());
        using var store = new WasmStore(engine, new StoreOptions
        {
            Mode = mode,
            Wasi = new WasiOptions { Stdin = fromStream ? WasiInput.FromStream(stream) : WasiInput.FromBytes("text"u8.ToArray()), Stdout = WasiOutput.Capture() },
        });
        var func = store.Instantiate(module, new ImportSet().DefineWasi()).GetFunc(export);

        var trap = Assert.Throws<Trap>(() => func.Call<int>());

        Assert.Equal(export.EndsWith("misaligned", StringComparison.Ordinal) ? TrapCode.Host : TrapCode.MemoryOutOfBounds, trap.TrapCode);
        Assert.StartsWith("A WASI call got a ", trap.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("backtrace", trap.Message, StringComparison.Ordinal);
        Assert.NotEmpty(trap.Frames);
    }
}
