using System.Reflection;
using WasmActors.Guests.Hostile;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Modules.Compilation;

namespace WasmActors.Runtime.Tests.Modules.Compilation;

/// <summary>Modules compiled in a process of their own are the same modules.</summary>
[Collection(nameof(CompilerProcesses))]
public sealed class IsolatedCompileTests : IDisposable
{
    private static readonly ModuleCacheOptions s_isolated = new()
    {
        OnDisk = false,
        Isolation = CompileIsolation.ChildProcess,
        CompileLimits = new CompileLimits { KeepReady = TimeSpan.Zero },
    };

    private readonly WasmEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    public static TheoryData<EngineSettings> Settings => new()
    {
        new EngineSettings(),
        new EngineSettings { Fuel = true, MaxWasmStackBytes = 100_000 },
        new EngineSettings { Gc = false, Exceptions = false, TailCalls = false, Memory64 = false, MultiMemory = false, RelaxedSimd = false, WideArithmetic = true },
        new EngineSettings { Allocation = AllocationStrategy.Pooling, Pooling = new PoolingSettings { MaxInstances = 10, MaxMemoryBytes = 1 << 20 } },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_module_works_with_the_settings_of_its_engine(EngineSettings settings)
    {
        using var engine = new WasmEngine(settings with { Fuel = false });
        using var cache = new ModuleCache(engine, s_isolated);
        var module = await cache.GetAsync(ModuleCacheTests.Answering(42), "named");
        Assert.Equal((42, "named", 1, 0), (ModuleCacheTests.Answer(module), module.Name, cache.Compilations, cache.DiskHits));

        using var fueled = new WasmEngine(settings);
        using var other = new ModuleCache(fueled, s_isolated);
        Assert.Single((await other.GetAsync(ModuleCacheTests.Answering(42))).Exports);
    }

    [Fact]
    public async Task An_invalid_module_is_told_in_the_same_words()
    {
        byte[] invalid = ModuleText.ToBinary("(module (func (result i32) i64.const 1))");
        using var cache = new ModuleCache(_engine, s_isolated);
        var isolated = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(invalid));
        var inProcess = Assert.Throws<WasmError>(() => WasmModule.FromBytes(_engine, invalid));
        Assert.Equal((inProcess.Code, inProcess.Message), (isolated.Code, isolated.Message));
    }

    [Fact]
    public async Task The_compiled_form_is_kept_on_disk_and_loaded_in_either_way()
    {
        using var folder = new TemporaryFolder();
        var onDisk = s_isolated with { OnDisk = true, Folder = folder.Path };
        using (var cache = new ModuleCache(_engine, onDisk))
        {
            Assert.Equal(7, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(7))));
            Assert.Null(cache.DiskProblem);
        }

        foreach (var isolation in (CompileIsolation[])[CompileIsolation.ChildProcess, CompileIsolation.InProcess])
        {
            using var cache = new ModuleCache(_engine, onDisk with { Isolation = isolation });
            Assert.Equal(7, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(7))));
            Assert.Equal((0, 1), (cache.Compilations, cache.DiskHits));
        }
    }

    [Fact]
    public async Task Text_is_converted_first_and_has_a_limit_of_its_own()
    {
        using var cache = new ModuleCache(_engine, s_isolated with { ModuleLimits = new ModuleLimits { TextBytes = 100 } });
        Assert.Equal(3, ModuleCacheTests.Answer(await cache.GetAsync("(module (func (export \"answer\") (result i32) (i32.const 3)))"u8.ToArray())));
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(new byte[101]));
        Assert.Equal(ErrorCode.ModuleTooLarge, error.Code);
        Assert.Contains("101 bytes in text form", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_hold_without_isolation_where_they_are_asked_for()
    {
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions { OnDisk = false, ModuleLimits = new ModuleLimits { Functions = 0 } });
        Assert.Equal(ErrorCode.ModuleTooLarge, (await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(ModuleCacheTests.Answering(3)))).Code);
    }

    [SkippableFact]
    public async Task When_everybody_has_left_the_process_is_ended_and_the_next_begins_anew()
    {
        using var processes = new ChildProcesses();
        using var cache = new ModuleCache(_engine, s_isolated with { ModuleLimits = ModuleLimits.None });
        byte[] bomb = CompileBombs.VectorBody(40_000);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var asked = cache.GetAsync(bomb, cancellation: first.Token);
        var joined = cache.GetAsync(bomb, cancellation: second.Token);
        await processes.UntilAsync(1);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal(1, processes.Count);

        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joined);
        await processes.UntilAsync(0);
        Assert.Equal(5, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(5))));
    }

    [SkippableFact]
    public async Task No_more_processes_run_than_allowed_and_no_more_modules_wait()
    {
        using var processes = new ChildProcesses();
        using var leaving = new CancellationTokenSource();
        using var cache = new ModuleCache(_engine, s_isolated with
        {
            ModuleLimits = ModuleLimits.None,
            CompileLimits = new CompileLimits { Children = 1, Waiting = 1, KeepReady = TimeSpan.Zero },
        });
        Task<WasmModule>[] asked = [.. Enumerable.Range(0, 5).Select(i => cache.GetAsync(CompileBombs.VectorBody(40_000 + i), cancellation: leaving.Token))];
        for (int i = 0; i < 3; i++)
        {
            var refused = await Task.WhenAny(asked);
            Assert.Equal(ErrorCode.CompilerBusy, (await Assert.ThrowsAsync<WasmError>(() => refused)).Code);
            asked = [.. asked.Where(t => t != refused)];
        }

        await processes.UntilAsync(1);
        Assert.Equal(1, processes.Count);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(asked));
        await processes.UntilAsync(0);
    }

    [SkippableFact]
    public async Task Twenty_modules_leave_no_process_and_no_open_file()
    {
        using var processes = new ChildProcesses();
        using (var warm = new ModuleCache(_engine, s_isolated))
        {
            await warm.GetAsync(ModuleCacheTests.Answering(0));
        }

        int files = processes.OpenFiles();
        using (var cache = new ModuleCache(_engine, s_isolated with { CompileLimits = new CompileLimits { Children = 2 } }))
        {
            var modules = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => cache.GetAsync(ModuleCacheTests.Answering(i))));
            Assert.Equal(Enumerable.Range(1, 20), modules.Select(ModuleCacheTests.Answer));
            Assert.InRange(processes.Count, 0, 3);
        }

        await processes.UntilAsync(0);
        Assert.InRange(processes.OpenFiles(), 0, files + 2);
    }

    [SkippableFact]
    public async Task A_process_that_is_kept_ready_ends_when_no_module_comes()
    {
        using var processes = new ChildProcesses();
        using var cache = new ModuleCache(_engine, s_isolated with { CompileLimits = new CompileLimits { KeepReady = TimeSpan.FromMilliseconds(500) } });
        await cache.GetAsync(ModuleCacheTests.Answering(1));
        await processes.UntilAsync(1);
        await processes.UntilAsync(0);
        Assert.Equal(2, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(2))));
    }

    [Fact]
    public void The_settings_that_code_depends_on_reach_the_compiler()
    {
        EngineSettings[] all =
        [
            .. ((IEnumerable<object[]>)Settings).Select(static row => (EngineSettings)row[0]),
            new() { Allocation = AllocationStrategy.Pooling, Pooling = new() { MaxInstances = 2, MaxMemoryBytes = 65536, MaxTableElements = 3, MaxMemoriesPerModule = 4, MaxTablesPerModule = 5, KeepResidentBytes = 6 } },
        ];
        foreach (var settings in all.Concat(typeof(EngineSettings).GetProperties().Where(static p => p.PropertyType == typeof(bool)).Select(Switched)))
        {
            using var stream = new MemoryStream();
            CompilerProtocol.WriteGreeting(stream, new byte[CompilerProtocol.KeyBytes], settings);
            stream.Position = 0;
            using var reader = new BinaryReader(stream);
            Assert.Equal(settings.Fingerprint, CompilerProtocol.ReadGreeting(reader).Settings.Fingerprint);
        }
    }

    private static EngineSettings Switched(PropertyInfo feature)
    {
        var settings = new EngineSettings();
        feature.SetValue(settings, !(bool)feature.GetValue(settings)!);
        return settings;
    }

    [Theory]
    [InlineData("CpuTime")]
    [InlineData("WallTime")]
    [InlineData("MemoryBytes")]
    [InlineData("ArtifactBytes")]
    [InlineData("Children")]
    [InlineData("Waiting")]
    [InlineData("KeepReady")]
    public void Limits_out_of_range_are_refused_by_name(string name)
    {
        CompileLimits limits = name switch
        {
            "CpuTime" => new() { CpuTime = TimeSpan.Zero },
            "WallTime" => new() { WallTime = TimeSpan.FromHours(2) },
            "MemoryBytes" => new() { MemoryBytes = 1 },
            "ArtifactBytes" => new() { ArtifactBytes = 2L << 30 },
            "Children" => new() { Children = 0 },
            "Waiting" => new() { Waiting = -1 },
            _ => new() { KeepReady = TimeSpan.FromTicks(-1) },
        };
        var error = Assert.Throws<WasmError>(() => new ModuleCache(_engine, s_isolated with { CompileLimits = limits }));
        Assert.Equal(ErrorCode.BadSettings, error.Code);
        Assert.StartsWith($"CompileLimits.{name} is ", error.Message, StringComparison.Ordinal);
    }
}
