using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;

namespace WasmActors.Functions.Tests.Modules;

public sealed class StoredModulesTests : IDisposable
{
    private static readonly byte[] s_module = Encoding.UTF8.GetBytes(Wat.Counter);
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Modules_are_listed_with_the_functions_that_use_them_and_only_unused_ones_are_deleted()
    {
        await using var node = await TestNode.StartAsync(await _database.OpenAsync());
        var modules = node.Functions.StoredModules;
        var stored = await Expect.SoonAsync(node.Functions.PutModuleAsync(s_module));
        await node.DeployAsync(new FunctionSpec("b"), Wat.Counter);
        await node.DeployAsync(new FunctionSpec("a"), Wat.Counter);
        await node.DeployAsync(new FunctionSpec("a"), Wat.Hundreds); // its first version still has the other

        var listed = await Expect.SoonAsync(modules.ListAsync());
        Assert.Equal(2, listed.Count);
        var counter = listed.Single(m => m.Digest == stored.Digest);
        Assert.Equal(["a", "b"], counter.Functions);
        Assert.Equal(stored.Bytes, counter.Bytes);
        Assert.InRange(counter.UsedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Equal(listed[1], Assert.Single(await Expect.SoonAsync(modules.ListAsync(listed[0].Digest, 5))) with { Functions = listed[1].Functions });
        Assert.Single(await Expect.SoonAsync(modules.ListAsync(null, 1)));

        Assert.Contains("a, b", (await Expect.FailureAsync(FunctionErrorCode.ModuleInUse, () => modules.DeleteAsync(stored.Digest))).Message, StringComparison.Ordinal);
        await Expect.SoonAsync(node.Functions.DeleteAsync("b"));
        await Expect.FailureAsync(FunctionErrorCode.ModuleInUse, () => modules.DeleteAsync(stored.Digest));
        await Expect.SoonAsync(node.Functions.DeleteAsync("a"));
        await Expect.SoonAsync(modules.DeleteAsync(stored.Digest));

        Assert.Null(await Expect.SoonAsync(node.Functions.FindModuleAsync(stored.Digest)));
        await Expect.FailureAsync(FunctionErrorCode.ModuleNotFound, () => modules.DeleteAsync(stored.Digest));
        await Expect.FailureAsync(FunctionErrorCode.ModuleNotFound, () => modules.DeleteAsync("no digest"));
        await Expect.FailureAsync(FunctionErrorCode.ModuleNotFound, node.Functions.DeployAsync(new FunctionSpec("c") { ModuleDigest = stored.Digest }));
    }

    [Fact]
    public async Task Unused_modules_are_collected_and_used_ones_stay()
    {
        await using var node = await TestNode.StartAsync(await _database.OpenAsync(), options: static o => o with { KeepUnusedModules = TimeSpan.FromSeconds(1) });
        await node.DeployAsync(new FunctionSpec("kept"), Wat.Counter);
        await node.DeployAsync(new FunctionSpec("kept"), Wat.Hundreds);
        var unused = await Expect.SoonAsync(node.Functions.PutModuleAsync(Encoding.UTF8.GetBytes(Wat.Echo)));

        await Expect.ConditionAsync(async () => await node.Functions.FindModuleAsync(unused.Digest) is null, "the unused module is removed");

        Assert.Equal(2, (await Expect.SoonAsync(node.Functions.StoredModules.ListAsync())).Count);
        await Expect.SoonAsync(node.Functions.ActivateAsync("kept", 1));
        Assert.Equal(1, (await Expect.SoonAsync(node.Functions.Get("kept").CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task A_module_that_is_touched_in_time_is_not_collected()
    {
        var store = (IModuleInventory)(await _database.OpenAsync()).Modules;
        await store.PutAsync(new string('a', 64), "x"u8.ToArray());

        Assert.False(await store.RemoveAsync(new string('a', 64), TimeSpan.FromHours(1)));
        Assert.True(await store.TouchAsync(new string('a', 64)));
        Assert.True(await store.RemoveAsync(new string('a', 64), TimeSpan.Zero));
        Assert.False(await store.TouchAsync(new string('a', 64)));
    }

    [Fact]
    public async Task A_store_without_a_list_says_so_and_deploys_all_the_same()
    {
        await using var node = await TestNode.StartAsync(await _database.OpenAsync(), options: static o => o with { Modules = new PlainStore(o.Modules) });
        await node.DeployAsync(new FunctionSpec("plain"), Wat.Counter);

        Assert.Contains("IModuleInventory", (await Expect.FailureAsync(FunctionErrorCode.ModulesUnavailable, node.Functions.StoredModules.ListAsync())).Message, StringComparison.Ordinal);
    }

    private sealed class PlainStore(IModuleStore inner) : IModuleStore
    {
        public Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default) => inner.PutAsync(digest, bytes, cancellation);

        public Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default) => inner.FindAsync(digest, cancellation);
    }
}
