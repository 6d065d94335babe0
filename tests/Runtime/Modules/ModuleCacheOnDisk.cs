using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>An engine and a folder for the caches of one test.</summary>
public abstract class ModuleCacheOnDisk : IDisposable
{
    private protected WasmEngine Engine { get; } = new();

    private protected TemporaryFolder Folder { get; } = new();

    public void Dispose()
    {
        Engine.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ModuleCache NewCache() => new(Engine, new ModuleCacheOptions { Folder = Folder.Path });

    /// <summary>Fails unless the next cache compiles the module again, and the one after that loads it.</summary>
    private protected async Task RequireRemade(byte[] wasm, int answer)
    {
        using var cache = NewCache();
        Assert.Equal(answer, ModuleCacheTests.Answer(await cache.GetAsync(wasm)));
        Assert.Equal((1, 0), (cache.Compilations, cache.DiskHits));
        Assert.Null(cache.DiskProblem);
        using var next = NewCache();
        Assert.Equal(answer, ModuleCacheTests.Answer(await next.GetAsync(wasm)));
        Assert.Equal((0, 1), (next.Compilations, next.DiskHits));
    }
}
