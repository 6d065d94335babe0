using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>What a cache keeps on disk, and what it makes of files that it cannot trust.</summary>
public sealed class ModuleCacheDiskTests : ModuleCacheOnDisk
{
    [Fact]
    public async Task A_second_cache_on_the_folder_loads_without_compiling()
    {
        using (var first = NewCache())
        {
            await first.GetAsync(ModuleCacheTests.Answering(1005), "first");
            Assert.Equal((1, 0), (first.Compilations, first.DiskHits));
        }

        using var second = NewCache();
        var module = await second.GetAsync(ModuleCacheTests.Answering(1005), "second");
        Assert.Equal(1005, ModuleCacheTests.Answer(module));
        Assert.Equal((0, 1), (second.Compilations, second.DiskHits));
        Assert.Equal("second", module.Name);
        Assert.Null(second.DiskProblem);
    }

    [Fact]
    public async Task A_module_that_was_loaded_does_not_need_its_file_any_more()
    {
        byte[] wasm = ModuleCacheTests.Answering(1005);
        using var first = NewCache();
        await first.GetAsync(wasm);
        using var second = NewCache();
        var loaded = await second.GetAsync(wasm);
        Assert.Equal(1, second.DiskHits);

        // In place: were the file mapped into memory, this would end the process.
        await File.WriteAllBytesAsync(Artifact(), []);
        Assert.Equal(1005, ModuleCacheTests.Answer(loaded));
    }

    [Fact]
    public async Task No_bit_of_an_artifact_or_its_code_can_change_unnoticed()
    {
        byte[] wasm = ModuleCacheTests.Answering(1005);
        using (var cache = NewCache())
        {
            await cache.GetAsync(wasm);
        }

        var random = new Random(20260727);
        string artifact = Artifact();
        foreach (string damaged in Enumerable.Repeat(artifact, 300).Concat(Enumerable.Repeat(artifact + ".mac", 60)))
        {
            byte[] content = await File.ReadAllBytesAsync(damaged);
            content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(damaged, content);
            await RequireRemade(wasm, 1005);
        }
    }

    [Fact]
    public async Task Artifacts_that_are_cut_lengthened_emptied_foreign_or_without_code_are_made_anew()
    {
        byte[] wasm = ModuleCacheTests.Answering(1005);
        using (var cache = NewCache())
        {
            await cache.GetAsync(wasm);
            await cache.GetAsync(ModuleCacheTests.Answering(2));
        }

        string artifact = Artifact(wasm);
        string other = Artifact(ModuleCacheTests.Answering(2));
        byte[] content = await File.ReadAllBytesAsync(artifact);
        byte[] code = await File.ReadAllBytesAsync(artifact + ".mac");
        Action[] damages =
        [
            () => File.WriteAllBytes(artifact, content[..^1]),
            () => File.WriteAllBytes(artifact, [.. content, 0]),
            () => File.WriteAllBytes(artifact, []),
            () => File.WriteAllBytes(artifact, content[..(content.Length / 2)]),
            () => File.WriteAllBytes(artifact + ".mac", code[..^1]),
            () => File.WriteAllBytes(artifact + ".mac", [.. code, 0]),
            () => File.WriteAllBytes(artifact + ".mac", []),
            () => File.Delete(artifact + ".mac"),
            () => File.Delete(artifact),
            () =>
            {
                // The artifact of another module, with the code that was right under its own name.
                File.Copy(other, artifact, overwrite: true);
                File.Copy(other + ".mac", artifact + ".mac", overwrite: true);
            },
            () => File.Delete(Folder.In("key")),
            () => File.WriteAllBytes(Folder.In("key"), new byte[32]),
            () => File.WriteAllBytes(Folder.In("key"), [1, 2, 3]),
        ];
        foreach (var damage in damages)
        {
            damage();
            await RequireRemade(wasm, 1005);
        }
    }

    [Fact]
    public async Task Engines_with_other_settings_do_not_share_artifacts()
    {
        byte[] wasm = ModuleCacheTests.Answering(4);
        using var fuel = new WasmEngine(new EngineSettings { Fuel = true });
        using (var cache = NewCache())
        {
            await cache.GetAsync(wasm);
        }

        using var others = new ModuleCache(fuel, new ModuleCacheOptions { Folder = Folder.Path });
        await others.GetAsync(wasm);
        Assert.Equal((1, 0), (others.Compilations, others.DiskHits));
        Assert.Equal(2, others.List().Count);
        Assert.Single(others.List(), static module => module.IsUsable);

        // Not even under the name of the other.
        string[] names = Directory.GetFiles(Folder.Path, "*.cwasm");
        File.Copy(names[0], names[1], overwrite: true);
        File.Copy(names[0] + ".mac", names[1] + ".mac", overwrite: true);
        using var first = NewCache();
        using var second = new ModuleCache(fuel, new ModuleCacheOptions { Folder = Folder.Path });
        await first.GetAsync(wasm);
        await second.GetAsync(wasm);
        Assert.Equal((1, 1), (first.Compilations + second.Compilations, first.DiskHits + second.DiskHits));
    }

    [Fact]
    public async Task Many_caches_may_race_for_a_folder_that_does_not_exist_yet()
    {
        for (int round = 0; round < 10; round++)
        {
            using var folder = new TemporaryFolder();
            var caches = Enumerable.Range(0, 8).Select(_ => new ModuleCache(Engine, new ModuleCacheOptions { Folder = folder.Path })).ToArray();
            await Task.WhenAll(caches.Select(cache => Task.Run(async () =>
            {
                for (int i = 0; i < 5; i++)
                {
                    Assert.Equal(i, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(i))));
                }
            })));
            Assert.All(caches, static cache => Assert.Null(cache.DiskProblem));
            Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));

            // All of them wrote under the same key.
            using var late = new ModuleCache(Engine, new ModuleCacheOptions { Folder = folder.Path });
            await late.GetAsync(ModuleCacheTests.Answering(0));
            Assert.Equal(1, late.DiskHits);
            Array.ForEach(caches, static cache => cache.Dispose());
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_problem_told_and_no_failure()
    {
        await File.WriteAllTextAsync(Folder.Path, "a file, not a folder");
        using var cache = new ModuleCache(Engine, new ModuleCacheOptions { Folder = Folder.In("below") });
        Assert.Null(cache.DiskProblem);
        Assert.Equal(6, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(6))));
        Assert.Contains(Folder.In("below"), cache.DiskProblem, StringComparison.Ordinal);
        Assert.Empty(cache.List());
        Assert.Equal(0, cache.Clear());
    }

    [Fact]
    public async Task An_artifact_that_cannot_be_written_is_a_problem_told_and_leaves_nothing()
    {
        byte[] wasm = ModuleCacheTests.Answering(8);
        using (var first = NewCache())
        {
            await first.GetAsync(wasm);
        }

        string artifact = Artifact();
        File.Delete(artifact);
        Directory.CreateDirectory(Path.Combine(artifact, "in the way"));
        using var cache = NewCache();
        Assert.Equal(8, ModuleCacheTests.Answer(await cache.GetAsync(wasm)));
        Assert.NotNull(cache.DiskProblem);
        Assert.Empty(Directory.GetFiles(Folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task The_least_recently_used_artifacts_are_removed_when_there_are_too_many_bytes()
    {
        var clock = new SetClock();
        using var engine = new WasmEngine(new EngineSettings { Clock = clock });
        var modules = Enumerable.Range(1, 4).Select(ModuleCacheTests.Answering).ToArray();
        long size;
        using (var cache = new ModuleCache(engine, new ModuleCacheOptions { Folder = Folder.Path }))
        {
            for (int i = 0; i < 3; i++, clock.Advance())
            {
                await cache.GetAsync(modules[i]);
            }

            size = cache.List().Max(static module => module.Bytes);
            Assert.Equal([.. modules[..3].Select(static m => WasmModule.DigestOf(m)).Reverse()], cache.List().Select(static module => module.Digest).ToArray());
        }

        using var bounded = new ModuleCache(engine, new ModuleCacheOptions { Folder = Folder.Path, MaxDiskBytes = size * 3 });
        await bounded.GetAsync(modules[0]);
        clock.Advance();
        await bounded.GetAsync(modules[3]);
        Assert.Equal(
            [WasmModule.DigestOf(modules[3]), WasmModule.DigestOf(modules[0]), WasmModule.DigestOf(modules[2])],
            bounded.List().Select(static module => module.Digest).ToArray());
        Assert.Equal(3, Directory.GetFiles(Folder.Path, "*.mac").Length);
    }

    [Fact]
    public async Task An_artifact_larger_than_the_limit_is_not_written()
    {
        using var cache = new ModuleCache(Engine, new ModuleCacheOptions { Folder = Folder.Path, MaxDiskBytes = 100 });
        await cache.GetAsync(ModuleCacheTests.Answering(1));
        Assert.Empty(cache.List());
        Assert.Null(cache.DiskProblem);
    }

    [Fact]
    public async Task Clearing_removes_the_artifacts_and_nothing_else()
    {
        using var cache = NewCache();
        await cache.GetAsync(ModuleCacheTests.Answering(1));
        await cache.GetAsync(ModuleCacheTests.Answering(2));
        await File.WriteAllTextAsync(Folder.In("notes.cwasm"), "mine");
        Assert.Equal(2, cache.Clear());
        Assert.Empty(cache.List());
        Assert.Equal(["key", "notes.cwasm"], Directory.GetFiles(Folder.Path).Select(static file => Path.GetFileName(file)!).Order(StringComparer.Ordinal).ToArray());
        await cache.GetAsync(ModuleCacheTests.Answering(1));
        Assert.Equal(3, cache.Compilations);
    }

    [Fact]
    public async Task Without_disk_nothing_is_written()
    {
        using var cache = new ModuleCache(Engine, new ModuleCacheOptions { Folder = Folder.Path, OnDisk = false });
        await cache.GetAsync(ModuleCacheTests.Answering(1));
        Assert.False(Directory.Exists(Folder.Path));
        Assert.Null(cache.Folder);
        Assert.Empty(cache.List());
        Assert.Equal(0, cache.Clear());
    }

    [Fact]
    public void The_default_folder_is_in_the_users_cache()
    {
        using var cache = new ModuleCache(Engine);
        Assert.EndsWith(Path.Combine("wasmactors", "modules"), cache.Folder, StringComparison.Ordinal);
        Assert.True(Path.IsPathRooted(cache.Folder));
    }

    private string Artifact() => Directory.GetFiles(Folder.Path, "*.cwasm").Single();

    private string Artifact(byte[] wasm) => Directory.GetFiles(Folder.Path, $"{WasmModule.DigestOf(wasm)}-*.cwasm").Single();

    private sealed class SetClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance() => _now += TimeSpan.FromMinutes(1);
    }
}
