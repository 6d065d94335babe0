using System.Diagnostics;
using System.Globalization;
using WasmActors.Guests.Hostile;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Runtime.Tests.Modules.Compilation;

/// <summary>Modules made to be expensive: they are refused at a look, or end with the process that compiles them. The parent does not feel it.</summary>
[Collection(nameof(CompilerProcesses))]
public sealed class CompileBombTests : IDisposable
{
    private const long MaxGrowth = 50 << 20;

    private static readonly CompileLimits s_tight = new()
    {
        CpuTime = TimeSpan.FromSeconds(1),
        MemoryBytes = 128 << 20,
        ArtifactBytes = 16 << 20,
        WallTime = TimeSpan.FromSeconds(20),
        KeepReady = TimeSpan.Zero,
    };

    private readonly WasmEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    public static TheoryData<string, string> Bombs => new()
    {
        { nameof(CompileBombs.TinyFunctions), "Functions" },
        { nameof(CompileBombs.LocalsTimesLoops), "FunctionCost" },
        { nameof(CompileBombs.DeepNesting), "Nesting" },
        { nameof(CompileBombs.BranchTables), "BranchTargets" },
        { nameof(CompileBombs.LongBody), "BodyBytes" },
        { nameof(CompileBombs.VectorBody), "FunctionCost" },
        { nameof(CompileBombs.LiveAcrossLoops), "FunctionCost" },
        { nameof(CompileBombs.WideCalls), "FunctionCost" },
        { nameof(CompileBombs.WideBlocks), "FunctionCost" },
        { nameof(CompileBombs.WideStructs), "FunctionCost" },
        { nameof(CompileBombs.TypeChains), "Types" },
        { nameof(CompileBombs.SparseMemories), "Memories" },
        { nameof(CompileBombs.LargeData), "Bytes" },
        { nameof(CompileBombs.CustomSections), "CustomSections" },
        { nameof(CompileBombs.Declarations), "Types" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_bomb_is_refused_at_a_look(string family, string limit)
    {
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions { OnDisk = false, Isolation = CompileIsolation.ChildProcess });
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(CompileBombs.Make(family)));

        Assert.Equal((ErrorCode.ModuleTooLarge, 0), (error.Code, cache.Compilations));
        Assert.Contains($"(ModuleLimits.{limit})", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Families => [.. ((IEnumerable<object[]>)Bombs).Select(static row => (string)row[0])];

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public async Task A_bomb_that_passed_ends_within_the_limits_of_its_process(string family)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "limits on memory and processor time are tested on Linux");
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions
        {
            OnDisk = false,
            Isolation = CompileIsolation.ChildProcess,
            ModuleLimits = ModuleLimits.None,
            CompileLimits = s_tight,
        });
        byte[] bomb = CompileBombs.Make(family);
        GC.Collect();
        long before = ResidentBytes();
        var error = await Record.ExceptionAsync(() => cache.GetAsync(bomb));
        long grown = ResidentBytes() - before;

        // Some of them Wasmtime compiles, or refuses, at little cost.
        Assert.True(error is null or WasmError { Code: ErrorCode.ModuleTooExpensive or ErrorCode.ModuleInvalid }, $"{error}");
        Assert.InRange(grown, long.MinValue, MaxGrowth);
    }

    [SkippableTheory]
    [InlineData(nameof(CompileBombs.TinyFunctions), 1, 2048, "processor time (CompileLimits.CpuTime)")]
    [InlineData(nameof(CompileBombs.LocalsTimesLoops), 60, 64, "bytes of memory (CompileLimits.MemoryBytes)")]
    [InlineData(nameof(CompileBombs.WideStructs), 60, 64, "bytes of memory (CompileLimits.MemoryBytes)")]
    public async Task The_failure_says_which_limit_was_exceeded(string family, int seconds, int megabytes, string what)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "limits on memory and processor time are tested on Linux");
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions
        {
            OnDisk = false,
            Isolation = CompileIsolation.ChildProcess,
            ModuleLimits = ModuleLimits.None,
            CompileLimits = s_tight with { CpuTime = TimeSpan.FromSeconds(seconds), MemoryBytes = (long)megabytes << 20, WallTime = TimeSpan.FromSeconds(60) },
        });
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(CompileBombs.Make(family)));
        Assert.Equal(ErrorCode.ModuleTooExpensive, error.Code);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_module_that_takes_too_long_on_the_clock_is_ended()
    {
        using var cache = new ModuleCache(_engine, new ModuleCacheOptions
        {
            OnDisk = false,
            Isolation = CompileIsolation.ChildProcess,
            ModuleLimits = ModuleLimits.None,
            CompileLimits = s_tight with { CpuTime = TimeSpan.FromSeconds(60), MemoryBytes = 4L << 30, WallTime = TimeSpan.FromMilliseconds(200) },
        });
        var time = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(CompileBombs.Make(nameof(CompileBombs.LocalsTimesLoops))));
        Assert.Equal(ErrorCode.ModuleTooExpensive, error.Code);
        Assert.Contains("within 200 ms (CompileLimits.WallTime)", error.Message, StringComparison.Ordinal);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_module_whose_compiled_form_is_too_large_is_not_taken()
    {
        using var engine = new WasmEngine(new EngineSettings { MemoryImages = true }); // only images are as large as what data lies apart
        using var cache = new ModuleCache(engine, new ModuleCacheOptions { OnDisk = false, Isolation = CompileIsolation.ChildProcess, CompileLimits = s_tight with { MemoryBytes = 1L << 30 } });
        var error = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(CompileBombs.SparseMemories(2)));
        Assert.Equal(ErrorCode.ModuleTooExpensive, error.Code);
        Assert.Contains("allowed are 16,777,216 (CompileLimits.ArtifactBytes)", error.Message, StringComparison.Ordinal);
    }

    private static long ResidentBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024;
    }
}
