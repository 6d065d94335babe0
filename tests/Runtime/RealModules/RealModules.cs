using WasmActors.Guests;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>Modules of npm, compiled once; a test is skipped where its module cannot be had.</summary>
public sealed class RealModules : IDisposable
{
    private readonly ModuleCache _cache;

    public RealModules() => _cache = new ModuleCache(Engine, new ModuleCacheOptions { OnDisk = false });

    public WasmEngine Engine { get; } = new();

    public void Dispose()
    {
        _cache.Dispose();
        Engine.Dispose();
    }

    internal Task<WasmModule> XxHashAsync() => ModuleAsync("xxhash-wasm", "1.1.0", "workerd/xxhash.wasm");

    internal Task<WasmModule> DprintJsonAsync() => ModuleAsync("@dprint/json", "0.24.0", "plugin.wasm");

    internal Task<WasmModule> RubyPrismAsync() => ModuleAsync("@ruby/prism", "1.9.0", "src/prism.wasm");

    internal Task<WasmModule> SqliteAsync() => ModuleAsync("@sqlite.org/sqlite-wasm", "3.41.2", "sqlite-wasm/jswasm/sqlite3.wasm");

    internal Task<WasmModule> QuickJsAsync() => ModuleAsync("@jitl/quickjs-wasmfile-release-sync", "0.32.0", "dist/emscripten-module.wasm");

    internal static Task<string> LuaFileAsync() => FileAsync("wasmoon", "1.16.0", "dist/glue.wasm");

    internal Task<WasmModule> MicroPythonAsync() => ModuleAsync("@micropython/micropython-webassembly-pyscript", "1.26.0", "micropython.wasm");

    internal async Task<WasmModule> HashWasmAsync()
    {
        string script = await FileAsync("hash-wasm", "4.13.0", "dist/sha256.umd.min.js");
        return await _cache.GetAsync(HashWasm.Extract(await File.ReadAllTextAsync(script)), "sha256");
    }

    internal WasmStore NewStore(TimeSpan? deadline = null) =>
        new(Engine, new StoreOptions { Limits = new StoreLimits { Deadline = deadline ?? TimeSpan.FromSeconds(60) } });

    internal static async Task<string> FileAsync(string package, string version, string path)
    {
        var file = await NpmPackage.FileAsync(package, version, path);
        Skip.If(file.IsMissing, file.MissingBecause);
        return file.Path!;
    }

    private async Task<WasmModule> ModuleAsync(string package, string version, string path) =>
        await _cache.GetFileAsync(await FileAsync(package, version, path));
}
