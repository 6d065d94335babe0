using WasmActors.Guests;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>The C guests of the WASI tests, compiled once, and a way to run them.</summary>
public sealed class WasiGuests : IDisposable
{
    internal static readonly ImportSet Imports = new ImportSet().DefineWasi();
    private readonly ModuleCache _cache;

    public WasiGuests() => _cache = new ModuleCache(Engine, new ModuleCacheOptions { OnDisk = false });

    public WasmEngine Engine { get; } = new();

    public void Dispose()
    {
        _cache.Dispose();
        Engine.Dispose();
    }

    /// <summary>A guest of the <c>c</c> folder; skips the test where it cannot be compiled.</summary>
    internal Task<WasmModule> FileAsync(string name, GuestKind kind = GuestKind.Command) => ModuleAsync(ClangGuest.FileAsync(name, kind));

    /// <summary>A guest out of C source text; skips the test where it cannot be compiled.</summary>
    internal Task<WasmModule> SourceAsync(string source, GuestKind kind = GuestKind.Command) => ModuleAsync(ClangGuest.SourceAsync(source, kind));

    /// <summary>A store with these WASI options and this deadline; default 30 s.</summary>
    internal WasmStore NewStore(WasiOptions? options, TimeSpan? deadline = null) => new(Engine, new StoreOptions
    {
        Wasi = options,
        Limits = new StoreLimits { Deadline = deadline ?? TimeSpan.FromSeconds(30) },
    });

    /// <summary>Runs a command in a store of its own: its status, and what it wrote.</summary>
    internal (int Status, string Out, string Err) Run(WasmModule module, WasiOptions? options = null)
    {
        var written = WasiOutput.Capture();
        var errors = WasiOutput.Capture();
        using var store = NewStore((options ?? new WasiOptions()) with { Stdout = written, Stderr = errors });
        int status = store.Instantiate(module, Imports).RunCommand();
        return (status, written.Text, errors.Text);
    }

    private async Task<WasmModule> ModuleAsync(Task<GuestFile> guest)
    {
        var file = await guest;
        Skip.If(file.IsMissing, file.MissingBecause);
        return await _cache.GetFileAsync(file.Path!);
    }
}
