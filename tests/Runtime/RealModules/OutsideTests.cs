using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Modules.Compilation;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>Real modules are let in where modules of others are, and work when they were compiled in another process.</summary>
[Collection(nameof(CompilerProcesses))]
public sealed class OutsideTests
{
    // Half of the defaults, but for data segments: a Go program may have nearly as many as Wasmtime takes.
    private static readonly ModuleLimits s_half = Half(new ModuleLimits());

    [SkippableTheory]
    [InlineData("xxhash-wasm", "1.1.0", "workerd/xxhash.wasm")]
    [InlineData("@dprint/json", "0.24.0", "plugin.wasm")]
    [InlineData("@dprint/typescript", "0.95.0", "plugin.wasm")]
    [InlineData("@ruby/prism", "1.9.0", "src/prism.wasm")]
    [InlineData("@jitl/quickjs-wasmfile-release-sync", "0.32.0", "dist/emscripten-module.wasm")]
    [InlineData("sql.js", "1.13.0", "dist/sql-wasm.wasm")]
    [InlineData("esbuild-wasm", "0.28.2", "esbuild.wasm")]
    public async Task A_real_module_needs_less_than_half_of_what_is_allowed(string package, string version, string path) =>
        ModulePrecheck.Check(await File.ReadAllBytesAsync(await RealModules.FileAsync(package, version, path)), s_half);

    [SkippableFact]
    public async Task Quick_js_works_when_another_process_compiled_it()
    {
        string file = await RealModules.FileAsync("@jitl/quickjs-wasmfile-release-sync", "0.32.0", "dist/emscripten-module.wasm");
        using var engine = new WasmEngine();
        using var cache = new ModuleCache(engine, new ModuleCacheOptions { OnDisk = false, Isolation = CompileIsolation.ChildProcess });
        using var store = new WasmStore(engine);
        using var js = new QuickJs(store, await cache.GetFileAsync(file));
        Assert.Equal("1,4,9", js.Evaluate("[1,2,3].map(x => x*x).join()"));
    }

    private static ModuleLimits Half(ModuleLimits limits) => limits with
    {
        Bytes = limits.Bytes / 2,
        CustomSections = limits.CustomSections / 2,
        CustomBytes = limits.CustomBytes / 2,
        Types = limits.Types / 2,
        TypeMembers = limits.TypeMembers / 2,
        Imports = limits.Imports / 2,
        Exports = limits.Exports / 2,
        Functions = limits.Functions / 2,
        Globals = limits.Globals / 2,
        Tables = limits.Tables / 2,
        Memories = limits.Memories / 2,
        Tags = limits.Tags / 2,
        ElementSegments = limits.ElementSegments / 2,
        Locals = limits.Locals / 2,
        TotalLocals = limits.TotalLocals / 2,
        BodyBytes = limits.BodyBytes / 2,
        Nesting = limits.Nesting / 2,
        BranchTargets = limits.BranchTargets / 2,
        FunctionCost = limits.FunctionCost / 2,
        TotalCost = limits.TotalCost / 2,
    };
}
