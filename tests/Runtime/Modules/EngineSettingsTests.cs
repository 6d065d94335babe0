using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>Settings for which Wasmtime would end the process are refused; all others make an engine that works.</summary>
public sealed class EngineSettingsTests
{
    private const string Answer = """(module (memory 1) (table 1 funcref) (func (export "answer") (result i32) i32.const 42))""";

    public static TheoryData<EngineSettings, string> Bad => new()
    {
        { new() { MaxWasmStackBytes = 64 * 1024 - 1 }, "MaxWasmStackBytes" },
        { new() { MaxWasmStackBytes = 8 * 1024 * 1024 }, "MaxWasmStackBytes" },
        { new() { Gc = false }, "Exceptions" },
        { new() { Tick = TimeSpan.Zero }, "Tick" },
        { new() { Tick = TimeSpan.FromMicroseconds(999) }, "Tick" },
        { new() { Tick = TimeSpan.FromSeconds(11) }, "Tick" },
        { Pool(new() { MaxInstances = 0 }), "Pooling.MaxInstances" },
        { Pool(new() { MaxInstances = 10_001 }), "Pooling.MaxInstances" },
        { Pool(new() { MaxMemoryBytes = 65535 }), "Pooling.MaxMemoryBytes" },
        { Pool(new() { MaxMemoryBytes = (4L << 30) + 65536 }), "Pooling.MaxMemoryBytes" },
        { Pool(new() { MaxTableElements = -1 }), "Pooling.MaxTableElements" },
        { Pool(new() { MaxMemoriesPerModule = 17 }), "Pooling.MaxMemoriesPerModule" },
        { Pool(new() { MaxTablesPerModule = 65 }), "Pooling.MaxTablesPerModule" },
        { Pool(new() { KeepResidentBytes = -1 }), "Pooling.KeepResidentBytes" },
        { Pool(new() { MaxInstances = 10_000, MaxMemoriesPerModule = 16 }), "Pooling is too large" },
        { Pool(new() { MaxInstances = 10_000, MaxTablesPerModule = 64, MaxTableElements = 10_000_000, MaxMemoriesPerModule = 8 }), "Pooling is too large" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Settings_that_would_end_the_process_are_refused_by_name(EngineSettings settings, string name)
    {
        var error = Assert.Throws<WasmError>(() => new WasmEngine(settings));
        Assert.Equal("engine.bad_settings", error.Code);
        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_combination_of_features_makes_an_engine_that_works()
    {
        for (int bits = 0; bits < 512; bits++)
        {
            bool Has(int bit) => (bits >> bit & 1) == 1;
            AssertWorks(new EngineSettings
            {
                Gc = Has(0),
                Exceptions = Has(0) && Has(1),
                TailCalls = Has(2),
                Memory64 = Has(3),
                MultiMemory = Has(4),
                RelaxedSimd = Has(5),
                WideArithmetic = Has(6),
                Fuel = Has(7),
                CustomPageSizes = Has(8),
                Threads = Has(5),
                ParallelCompilation = Has(2),
            });
        }
    }

    public static TheoryData<EngineSettings> Extremes => new()
    {
        new() { MaxWasmStackBytes = 64 * 1024 },
        new() { MaxWasmStackBytes = 100_001 },
        new() { MaxWasmStackBytes = 1536 * 1024 },
        new() { Tick = TimeSpan.FromSeconds(10) },
        Pool(new() { MaxInstances = 1, MaxMemoryBytes = 65536, MaxTableElements = 1, MaxTablesPerModule = 1, KeepResidentBytes = 0 }),
        Pool(new() { MaxInstances = 10, MaxMemoryBytes = 4L << 30, MaxTableElements = 10_000_000, MaxMemoriesPerModule = 16, MaxTablesPerModule = 64, KeepResidentBytes = 16 << 20 }),
        Pool(new()),
    };

    [Theory]
    [MemberData(nameof(Extremes))]
    public void The_ends_of_the_ranges_make_an_engine_that_works(EngineSettings settings) => AssertWorks(settings);

    [Fact]
    public void A_pool_has_room_for_a_memory_and_a_heap_of_every_instance()
    {
        using var engine = new WasmEngine(Pool(new() { MaxInstances = 4 }));
        using var module = WasmModule.FromText(
            engine,
            """(module (memory 1) (type $point (struct (field i32))) (func (export "new") (result (ref $point)) (struct.new $point (i32.const 1))))""");
        var stores = new List<WasmStore>();
        try
        {
            for (int i = 0; i < 4; i++)
            {
                stores.Add(new WasmStore(engine, StoreOptions.For(StoreProfile.Trusted)));
                Assert.False(stores[i].Instantiate(module).GetFunc("new").Call().Value.IsNull);
            }

            stores.Add(new WasmStore(engine, StoreOptions.For(StoreProfile.Trusted)));
            Assert.Equal("store.limit_exceeded", Assert.Throws<WasmError>(() => stores[4].Instantiate(module)).Code);

            stores[0].Dispose();
            Assert.NotNull(stores[4].Instantiate(module));
        }
        finally
        {
            stores.ForEach(static s => s.Dispose());
        }
    }

    [Theory]
    [InlineData("(module (memory i64 1))")]
    [InlineData("(module (memory 1) (memory 1))")]
    [InlineData("(module (type (struct)))")]
    [InlineData("(module (tag))")]
    [InlineData("(module (func $f return_call $f))")]
    public void What_is_switched_off_is_not_compiled(string text)
    {
        using var engine = new WasmEngine(new EngineSettings { Gc = false, Exceptions = false, TailCalls = false, Memory64 = false, MultiMemory = false });

        Assert.Equal("module.invalid", Assert.Throws<WasmError>(() => WasmModule.FromText(engine, text)).Code);
        using var all = new WasmEngine();
        using var module = WasmModule.FromText(all, text);
    }

    [Fact]
    public void Pages_of_one_byte_are_compiled_where_they_are_switched_on()
    {
        const string Bytes = """(module (memory (export "memory") 3 5 (pagesize 1)) (func (export "grow") (result i32) (memory.grow (i32.const 1))))""";
        using var usual = new WasmEngine();
        Assert.Equal("module.invalid", Assert.Throws<WasmError>(() => WasmModule.FromText(usual, Bytes)).Code);

        using var engine = new WasmEngine(new EngineSettings { CustomPageSizes = true });
        using var module = WasmModule.FromText(engine, Bytes);
        using var store = new WasmStore(engine, StoreOptions.For(StoreProfile.Trusted));
        var instance = store.Instantiate(module);
        Assert.Equal(3, instance.GetFunc("grow").Call<int>());
        Assert.Equal(4, instance.GetMemory().Length);
    }

    [Fact]
    public void A_feature_that_is_switched_on_changes_the_name_of_compiled_code()
    {
        var settings = new EngineSettings();
        Assert.NotEqual(settings.Fingerprint, (settings with { CustomPageSizes = true }).Fingerprint, StringComparer.Ordinal);
        Assert.NotEqual(settings.Fingerprint, (settings with { Threads = false }).Fingerprint, StringComparer.Ordinal);
        Assert.NotEqual(settings.Fingerprint, (settings with { WideArithmetic = true }).Fingerprint, StringComparer.Ordinal);
    }

    private static EngineSettings Pool(PoolingSettings pool) => new() { Allocation = AllocationStrategy.Pooling, Pooling = pool };

    private static void AssertWorks(EngineSettings settings)
    {
        using var engine = new WasmEngine(settings);
        using var module = WasmModule.FromText(engine, Answer);
        using var store = new WasmStore(engine);
        Assert.Equal(42, store.Instantiate(module).GetFunc("answer").Call<int>());
    }
}
