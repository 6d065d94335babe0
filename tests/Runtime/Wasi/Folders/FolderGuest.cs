using System.Text;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi.Folders;

/// <summary>A guest that does to its first folder what it is told to, one WASI call at a time.</summary>
internal sealed class FolderGuest : IDisposable
{
    private const string Text = """
        (module
          (import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_symlink" (func $link (param i32 i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_create_directory" (func $make (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "rename") (param i32 i32 i32 i32) (result i32)
            (call $rename (i32.const 3) (local.get 0) (local.get 1) (i32.const 3) (local.get 2) (local.get 3)))
          (func (export "link") (param i32 i32 i32 i32) (result i32)
            (call $link (local.get 0) (local.get 1) (i32.const 3) (local.get 2) (local.get 3)))
          (func (export "make") (param i32 i32) (result i32) (call $make (i32.const 3) (local.get 0) (local.get 1)))
          ;; the number of bytes read to 4096, or -1
          (func (export "read") (param i32 i32) (result i32)
            (if (call $open (i32.const 3) (i32.const 1) (local.get 0) (local.get 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16))
              (then (return (i32.const -1))))
            (i32.store (i32.const 0) (i32.const 4096)) (i32.store (i32.const 4) (i32.const 1000)) (i32.store (i32.const 8) (i32.const -1))
            (drop (call $read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $close (i32.load (i32.const 16))))
            (i32.load (i32.const 8)))
          ;; makes the file and writes its own name into it
          (func (export "write") (param i32 i32) (result i32)
            (if (call $open (i32.const 3) (i32.const 1) (local.get 0) (local.get 1) (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16))
              (then (return (i32.const -1))))
            (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1)) (i32.store (i32.const 8) (i32.const -1))
            (drop (call $write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $close (i32.load (i32.const 16))))
            (i32.load (i32.const 8))))
        """;

    private static readonly ImportSet s_imports = new ImportSet().DefineWasi();
    private static readonly WasmEngine s_engine = new();
    private static readonly Lazy<WasmModule> s_module = new(static () => WasmModule.FromText(s_engine, Text));

    private readonly WasmStore _store;
    private readonly WasmInstance _instance;

    public FolderGuest(PreopenedFolder folder)
    {
        _store = new WasmStore(s_engine, new StoreOptions { Wasi = new WasiOptions { Folders = [folder] } });
        try
        {
            _instance = _store.Instantiate(s_module.Value, s_imports);
        }
        catch
        {
            _store.Dispose();
            throw;
        }
    }

    public bool Rename(string from, string to) => Call("rename", from, to) == 0;

    public bool Link(string target, string path) => Call("link", target, path) == 0;

    public bool Make(string path) => Call("make", path) == 0;

    /// <summary>The beginning of a file; null where it cannot be read.</summary>
    public string? Read(string path)
    {
        int length = Call("read", path);
        return length < 0 ? null : Encoding.UTF8.GetString(_instance.GetMemory().ReadBytes(4096, length));
    }

    public bool Write(string path) => Call("write", path) > 0;

    public void Dispose() => _store.Dispose();

    private int Call(string export, string first) => _instance.GetFunc(export).Call<int, int, int>(1024, Put(1024, first));

    private int Call(string export, string first, string second) =>
        _instance.GetFunc(export).Call<int, int, int, int, int>(1024, Put(1024, first), 2048, Put(2048, second));

    private int Put(int at, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        _instance.GetMemory().Write(at, bytes);
        return bytes.Length;
    }
}
