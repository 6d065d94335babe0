using System.Security.Cryptography;
using WasmActors.Functions.Api;
using WasmActors.Functions.Modules;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Functions.Tests.Modules;

public sealed class FunctionModulesTests : IDisposable
{
    private readonly WasmEngine _engine = new();
    private readonly MemoryModuleStore _store = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_module_that_one_node_kept_is_compiled_once_on_another()
    {
        using var first = NewCache();
        using var second = NewCache();
        byte[] binary = ModuleText.ToBinary("(module (func (export \"f\")))");
        var module = await first.GetAsync(binary);
        await new FunctionModules(_store, first).PutAsync(module.Digest, binary, CancellationToken.None);
        var modules = new FunctionModules(_store, second);

        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => modules.GetAsync(module.Digest, "f", CancellationToken.None).AsTask()));

        Assert.All(found, m => Assert.Same(found[0], m));
        Assert.Equal(module.Digest, found[0].Digest);
        Assert.Equal(1, second.Compilations);
    }

    [Fact]
    public async Task A_module_that_is_not_kept_is_not_found()
    {
        using var cache = NewCache();

        await Expect.FailureAsync(FunctionErrorCode.ModuleNotFound, new FunctionModules(_store, cache).GetAsync(new string('a', 64), "f", CancellationToken.None));
    }

    [Fact]
    public async Task Bytes_with_another_digest_are_never_compiled()
    {
        using var cache = NewCache();
        byte[] module = [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0];
        string digest = Convert.ToHexStringLower(SHA256.HashData(module));
        await _store.PutAsync(digest, module.Append((byte)0).ToArray());

        await Expect.FailureAsync(FunctionErrorCode.ModuleCorrupt, new FunctionModules(_store, cache).GetAsync(digest, "f", CancellationToken.None));
        Assert.Equal(0, cache.Compilations);

        await _store.PutAsync(digest, module);
        Assert.Equal(digest, (await new FunctionModules(_store, cache).GetAsync(digest, "f", CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task A_store_that_fails_is_a_failure_with_its_cause()
    {
        using var cache = NewCache();

        var failure = await Expect.FailureAsync(FunctionErrorCode.ModulesUnavailable, new FunctionModules(new FailingStore(), cache).GetAsync(new string('a', 64), "f", CancellationToken.None));

        Assert.IsType<IOException>(failure.InnerException);
    }

    private ModuleCache NewCache() => new(_engine, new ModuleCacheOptions { OnDisk = false });

    private sealed class FailingStore : IModuleStore
    {
        public Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default) => throw new IOException("no disk");

        public Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default) => throw new IOException("no disk");
    }
}
