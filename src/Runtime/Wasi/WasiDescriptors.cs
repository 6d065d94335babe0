using System.Runtime.CompilerServices;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Wasi;

/// <summary>
/// A program's descriptors other than standard input, which Wasmtime keeps: its functions can be called by guests only, since they
/// look for the memory of who calls. So the questions go through a small guest that has the program's memory.
/// </summary>
internal sealed class WasiDescriptors(WasmStore store)
{
    private const string Text = """
        (module
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $status (param i32 i32) (result i32)))
          (import "program" "memory" (memory 0))
          (export "memory" (memory 0))
          (func (export "read") (param i32 i32 i32 i32) (result i32)
            (call $read (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
          (func (export "status") (param i32 i32) (result i32) (call $status (local.get 0) (local.get 1))))
        """;

    private static readonly ConditionalWeakTable<WasmEngine, WasmModule> s_modules = [];

    private WasmMemory? _memory;
    private WasmFunc? _read;
    private WasmFunc? _status;

    /// <summary>errno fd_read(fd, const iovec* vectors, size count, size* read)</summary>
    internal int Read(WasmCaller caller, int descriptor, int vectors, int count, int read)
    {
        Prepare(caller);
        return _read!.Call<int, int, int, int, int>(descriptor, vectors, count, read);
    }

    /// <summary>errno fd_fdstat_get(fd, fdstat* status): whether there is such a descriptor.</summary>
    internal int Status(WasmCaller caller, int descriptor, int status)
    {
        Prepare(caller);
        return _status!.Call<int, int, int>(descriptor, status);
    }

    private void Prepare(WasmCaller caller)
    {
        var memory = WasiMemory.Of(caller);
        if (_memory is not null && _memory.Native.Item.Equals(memory.Native.Item))
        {
            return;
        }

        var module = s_modules.GetValue(store.Engine, static engine => WasmModule.FromText(engine, Text));
        var instance = store.InstantiateOwn(module, new ImportSet().DefineWasi().Define("program", "memory", memory));
        (_memory, _read, _status) = (memory, instance.GetFunc("read"), instance.GetFunc("status"));
    }
}
