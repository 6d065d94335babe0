using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Profiles, the features that a store takes, and combinations that are refused.</summary>
public sealed class StoreOptionsTests
{
    private static readonly WasmEngine s_engine = TestStore.Plain;

    public static TheoryData<string, WasmFeatures> Modules => new()
    {
        { "(module (memory i64 1))", WasmFeatures.Memory64 },
        { "(module (memory 1) (memory 1))", WasmFeatures.MultiMemory },
        { "(module (type (struct)))", WasmFeatures.Gc },
        { "(module (tag))", WasmFeatures.Exceptions },
        { "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))", WasmFeatures.Threads },
    };

    [Theory]
    [MemberData(nameof(Modules))]
    public void A_feature_that_nobody_asked_for_is_refused_though_the_engine_compiles_it(string text, WasmFeatures feature)
    {
        using var module = WasmModule.FromText(s_engine, text, "guest");
        foreach (var profile in new[] { StoreProfile.Standard, StoreProfile.Strict })
        {
            using var store = new WasmStore(s_engine, StoreOptions.For(profile));
            var error = Assert.Throws<WasmError>(() => store.Instantiate(module));
            Assert.Equal(ErrorCode.FeatureNotAllowed, error.Code);
            Assert.Contains($"uses {feature}, and the store allows", error.Message, StringComparison.Ordinal);
            Assert.Equal(ErrorCode.FeatureNotAllowed, Assert.Throws<WasmError>(() => store.Instantiate(module, [])).Code);
        }

        using var asked = new WasmStore(s_engine, new StoreOptions { Features = feature });
        Assert.NotNull(asked.Instantiate(module));
        using var trusted = new WasmStore(s_engine, StoreOptions.For(StoreProfile.Trusted));
        Assert.NotNull(trusted.Instantiate(module));
    }

    [Fact]
    public void A_memory_that_threads_share_is_refused_by_every_store()
    {
        using var module = WasmModule.FromText(s_engine, "(module (memory 1 1 shared))");
        using var store = new WasmStore(s_engine, new StoreOptions { Features = WasmFeatures.All });

        var error = Assert.Throws<WasmError>(() => store.Instantiate(module));

        Assert.Equal(ErrorCode.FeatureNotAllowed, error.Code);
        Assert.Contains("without it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tail_calls_are_taken_by_every_profile()
    {
        using var module = WasmModule.FromText(s_engine, """(module (func $f (export "f") (result i32) (return_call $g)) (func $g (result i32) i32.const 42))""");
        foreach (var profile in Enum.GetValues<StoreProfile>())
        {
            using var store = new WasmStore(s_engine, StoreOptions.For(profile));
            Assert.Equal(42, store.Instantiate(module).GetFunc("f").Call<int>());
        }
    }

    [Fact]
    public void The_default_is_the_standard_profile()
    {
        Assert.Equal(StoreOptions.For(StoreProfile.Standard), new StoreOptions());
        Assert.Equal(StoreLimits.For(StoreProfile.Standard), new StoreLimits());
    }

    [Fact]
    public void Each_profile_is_at_least_as_tight_as_the_one_before()
    {
        StoreLimits[] limits = [StoreLimits.For(StoreProfile.Trusted), StoreLimits.For(StoreProfile.Standard), StoreLimits.For(StoreProfile.Strict)];
        foreach (var (wide, tight) in limits.Zip(limits.Skip(1)))
        {
            Assert.True(wide.MemoryBytes > tight.MemoryBytes && wide.TableElements > tight.TableElements && wide.Instances > tight.Instances);
            Assert.True(wide.Memories > tight.Memories && wide.Tables > tight.Tables && wide.Deadline > tight.Deadline);
        }
    }

    [Fact]
    public void Every_figure_of_a_profile_can_be_set()
    {
        var limits = new StoreLimits { MemoryBytes = 1 << 20, TableElements = 7, Instances = 2, Memories = 3, Tables = 4, Deadline = TimeSpan.FromSeconds(1) };
        using var store = new WasmStore(s_engine, StoreOptions.For(StoreProfile.Strict) with { Limits = limits, Features = WasmFeatures.Gc });
        Assert.Equal(limits, store.Limits);
        Assert.Equal(WasmFeatures.Gc, store.Features);
        Assert.True(store.IsPreemptive);
    }

    [Fact]
    public void A_strict_store_takes_a_module_with_memory_table_and_references_of_the_host()
    {
        using var store = new WasmStore(s_engine, StoreOptions.For(StoreProfile.Strict));
        using var module = WasmModule.FromText(s_engine, """
            (module (memory 1) (table 1 funcref) (table 1 externref)
              (func (export "same") (param externref) (result externref) (local.get 0)))
            """);
        object given = new();
        Assert.Same(given, store.Instantiate(module).GetFunc("same").Call(Val.ExternRef(given)).Value.ReferenceObject);
        Assert.Equal(ErrorCode.LimitExceeded, Assert.Throws<WasmError>(() => store.Instantiate(module)).Code);
    }

    public static TheoryData<string, StoreOptions> Refused => new()
    {
        { "StoreLimits.MemoryBytes is 65535; allowed is 0, or 65,536 bytes and more", new() { Limits = new() { MemoryBytes = 65_535 } } },
        { "StoreLimits.LargestMemoryBytes is 131072; allowed is 0 to StoreLimits.MemoryBytes", new() { Limits = new() { MemoryBytes = 65_536, LargestMemoryBytes = 131_072 } } },
        { "StoreLimits.LargestTableElements is 1", new() { Limits = new() { TableElements = null, LargestTableElements = 1 } } },
        { "StoreLimits.MemoryBytes is null; allowed is any number in the strict profile", Strict(new() { MemoryBytes = null }) },
        { "StoreLimits.TableElements is null", Strict(new() { TableElements = null }) },
        { "StoreLimits.Instances is null", Strict(new() { Instances = null }) },
        { "StoreLimits.Memories is null", Strict(new() { Memories = null }) },
        { "StoreLimits.Tables is null", Strict(new() { Tables = null }) },
        { "StoreLimits.Deadline is infinite; allowed is any finite time in the strict profile", Strict(new() { Deadline = Timeout.InfiniteTimeSpan }) },
        { "StoreLimits.Fuel is set, but the engine does not count fuel", Strict(new() { Fuel = 1 }) },
        { "StoreOptions.Mode is Direct; allowed is Preemptive in the strict profile", StoreOptions.For(StoreProfile.Strict) with { Mode = ExecutionMode.Direct } },
        { "StoreOptions.Mode is Automatic", StoreOptions.For(StoreProfile.Strict) with { Mode = ExecutionMode.Automatic } },
        { "StoreOptions.Wasi.Stdin is a file", StoreOptions.For(StoreProfile.Strict) with { Wasi = new() { Stdin = WasiInput.FromFile("/dev/tty") } } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_combination_that_cannot_be_held_is_refused_with_its_reason(string message, StoreOptions options)
    {
        var error = Assert.Throws<WasmError>(() => new WasmStore(s_engine, options));
        Assert.Equal(ErrorCode.BadSettings, error.Code);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Less_than_a_page_makes_sense_where_pages_are_smaller()
    {
        using var engine = new WasmEngine(new EngineSettings { CustomPageSizes = true });
        using var store = new WasmStore(engine, new StoreOptions { Features = WasmFeatures.CustomPageSizes, Limits = new() { MemoryBytes = 100 } });
        using var module = WasmModule.FromText(engine, """(module (memory (export "memory") 60 (pagesize 1)))""");
        var memory = store.Instantiate(module).GetMemory();
        Assert.Equal(60, memory.Grow(40));
        Assert.Throws<WasmError>(() => memory.Grow(1));
    }

    private static StoreOptions Strict(StoreLimits limits) => StoreOptions.For(StoreProfile.Strict) with { Limits = limits };
}
