using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>What a cache does in memory; the disk is in <see cref="ModuleCacheDiskTests"/>.</summary>
public sealed class ModuleCacheTests : IDisposable
{
    private static readonly ModuleCacheOptions s_inMemory = new() { OnDisk = false };
    private readonly WasmEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Ten_tasks_that_ask_for_a_module_compile_it_once()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        byte[] wasm = Answering(1005);
        var modules = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => cache.GetAsync(wasm))));
        Assert.All(modules, module => Assert.Same(modules[0], module));
        Assert.Equal((1, 0, 9), (cache.Compilations, cache.DiskHits, cache.MemoryHits));
        Assert.Equal(1005, Answer(modules[0]));
    }

    [Fact]
    public async Task Text_and_binary_are_the_same_module()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        var text = await cache.GetAsync(Encoding.UTF8.GetBytes(Text(7)), "first");
        var binary = await cache.GetAsync(Answering(7), "second");
        Assert.Same(text, binary);
        Assert.Equal("first", binary.Name);
        Assert.Equal(WasmModule.DigestOf(Answering(7)), text.Digest);
    }

    [Fact]
    public async Task A_module_is_found_by_its_digest_once_it_is_in_memory()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        string digest = WasmModule.DigestOf(Answering(1));
        Assert.Null(cache.TryGet(digest));
        Assert.Equal(0, cache.MemoryHits);
        var module = await cache.GetAsync(Answering(1));
        Assert.Same(module, cache.TryGet(digest));
        Assert.Equal(1, cache.MemoryHits);
    }

    [Fact]
    public async Task A_file_gives_its_name_to_its_module()
    {
        using var folder = new TemporaryFolder().Make();
        using var cache = new ModuleCache(_engine, s_inMemory);
        await File.WriteAllTextAsync(folder.In("seven.wat"), Text(7));
        var module = await cache.GetFileAsync(folder.In("seven.wat"));
        Assert.Equal("seven.wat", module.Name);
        Assert.Equal(7, Answer(module));
    }

    [Fact]
    public async Task A_missing_file_is_unreadable()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetFileAsync("/nowhere/module.wasm"));
        Assert.Equal(ErrorCode.ModuleUnreadable, error.Code);
    }

    [Fact]
    public async Task An_invalid_module_fails_everybody_who_waits_and_is_not_remembered()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        byte[] invalid = [.. "\0asm\u0001\0\0\0"u8, 0xff];
        var waiting = Enumerable.Range(0, 10).Select(_ => Task.Run(() => cache.GetAsync(invalid))).ToArray();
        foreach (var task in waiting)
        {
            Assert.Equal(ErrorCode.ModuleInvalid, (await Assert.ThrowsAsync<WasmError>(() => task)).Code);
        }

        long before = cache.Compilations;
        await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(invalid));
        Assert.Equal(before + 1, cache.Compilations);
        Assert.Equal(3, Answer(await cache.GetAsync(Answering(3))));
    }

    [Fact]
    public async Task Text_that_is_no_module_is_invalid()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync("(module (oops))"u8.ToArray()));
        Assert.Equal(ErrorCode.ModuleInvalid, error.Code);
        Assert.Equal(0, cache.Compilations);
    }

    [Fact]
    public async Task A_waiter_who_leaves_does_not_end_the_compilation_of_the_others()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        byte[] large = LargeModule(400);
        using var leaving = new CancellationTokenSource();
        var left = cache.GetAsync(large, cancellation: leaving.Token);
        var stays = cache.GetAsync(large);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.False(stays.IsCompleted, "the module is too small to be cancelled in time");
        Assert.Equal(400, (await stays).Exports.Count);
        Assert.Equal(1, cache.Compilations);
    }

    [Fact]
    public async Task A_compilation_that_everybody_left_still_serves_the_next()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        byte[] large = LargeModule(400);
        using var leaving = new CancellationTokenSource();
        var left = cache.GetAsync(large, cancellation: leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await cache.GetAsync(large);
        Assert.Equal(1, cache.Compilations);
    }

    [Fact]
    public async Task Who_is_cancelled_already_starts_nothing()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.GetAsync(Answering(1), cancellation: new CancellationToken(canceled: true)));
        Assert.Equal(0, cache.Compilations);
    }

    [Fact]
    public async Task The_callers_bytes_may_change_as_soon_as_he_has_his_task()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        byte[] wasm = Answering(77);
        var asked = cache.GetAsync(wasm);
        wasm.AsSpan().Fill(0xff);
        Assert.Equal(77, Answer(await asked));
    }

    [Fact]
    public async Task The_least_recently_used_module_is_forgotten_first()
    {
        using var cache = new ModuleCache(_engine, s_inMemory with { MaxModules = 2 });
        var first = await cache.GetAsync(Answering(1));
        var second = await cache.GetAsync(Answering(2));
        Assert.Same(first, await cache.GetAsync(Answering(1)));
        var third = await cache.GetAsync(Answering(3));
        Assert.Same(first, cache.TryGet(first.Digest));
        Assert.Same(third, cache.TryGet(third.Digest));
        Assert.Null(cache.TryGet(second.Digest));
        Assert.Equal(2, Answer(second));
        Assert.Equal(3, cache.Compilations);
    }

    [Fact]
    public async Task Disposing_a_cached_module_harms_nobody_else()
    {
        using var cache = new ModuleCache(_engine, s_inMemory);
        (await cache.GetAsync(Answering(5))).Dispose();
        Assert.Equal(5, Answer(await cache.GetAsync(Answering(5))));
    }

    [Fact]
    public async Task A_disposed_cache_answers_those_who_wait_and_nobody_after()
    {
        var cache = new ModuleCache(_engine, s_inMemory);
        var asked = cache.GetAsync(Answering(5));
        cache.Dispose();
        Assert.Equal(5, Answer(await asked));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetAsync(Answering(5)));
        Assert.Throws<ObjectDisposedException>(() => cache.TryGet(new string('0', 64)));
    }

    [Fact]
    public async Task An_engine_that_was_disposed_compiles_no_more_and_lets_a_running_compilation_end()
    {
        var engine = new WasmEngine();
        using var cache = new ModuleCache(engine, s_inMemory);
        var asked = cache.GetAsync(LargeModule(200));
        engine.Dispose();
        try
        {
            Assert.Equal(200, (await asked).Exports.Count);
        }
        catch (ObjectDisposedException)
        {
            // The engine went before the compilation had begun.
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetAsync(Answering(5)));
        Assert.Throws<ObjectDisposedException>(() => WasmModule.FromBytes(engine, Answering(5)));
    }

    [Theory]
    [InlineData(-1L, 1, null)]
    [InlineData(1L, 0, null)]
    [InlineData(1L, 1, "")]
    [InlineData(1L, 1, "a\0b")]
    public void Options_out_of_range_are_refused(long bytes, int modules, string? folder)
    {
        var options = new ModuleCacheOptions { MaxDiskBytes = bytes, MaxModules = modules, Folder = folder };
        Assert.Equal(ErrorCode.BadSettings, Assert.Throws<WasmError>(() => new ModuleCache(_engine, options)).Code);
    }

    internal static byte[] Answering(int answer) => ModuleText.ToBinary(Text(answer));

    internal static int Answer(WasmModule module)
    {
        using var store = new WasmStore(module.Engine);
        return store.Instantiate(module).GetFunc("answer").Call<int>();
    }

    /// <summary>A module that takes some milliseconds to compile for each function.</summary>
    internal static byte[] LargeModule(int functions)
    {
        var text = new StringBuilder("(module (memory 1)");
        for (int i = 0; i < functions; i++)
        {
            text.Append("(func (export \"f").Append(i).Append("\") (param i32 i32) (result i32) (local i32)");
            for (int k = 0; k < 200; k++)
            {
                text.Append("(local.set 2 (i32.add (i32.mul (local.get 0) (i32.const ").Append(i + k).Append(")) (i32.load (i32.and (local.get 1) (i32.const 65528)))))");
            }

            text.Append("(local.get 2))");
        }

        return ModuleText.ToBinary(text.Append(')').ToString());
    }

    private static string Text(int answer) => $"(module (func (export \"answer\") (result i32) (i32.const {answer})))";
}
