using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Durable;

/// <summary>What the moving twins of a run share.</summary>
/// <param name="mode">How stores run their guests.</param>
/// <param name="deadline">Longest time of one call.</param>
/// <param name="settings">Of the engine that runs the scripts themselves.</param>
/// <param name="spoils">Whether each move changes a bit of the state, to show that it is noticed.</param>
internal sealed class DurableHost(ExecutionMode mode, TimeSpan deadline, EngineSettings settings, bool spoils) : IDisposable
{
    private static readonly StoreLimits s_limits = new()
    {
        MemoryBytes = 1L << 42,
        LargestMemoryBytes = 4L << 30,
        TableElements = int.MaxValue,
        LargestTableElements = 10_000_000,
        Instances = null,
        Memories = null,
        Tables = null,
    };

    private readonly WasmEngine _engine = new(settings);

    /// <summary>Whether each move changes a bit of the state.</summary>
    public bool Spoils => spoils;

    /// <summary>What has become of all twins.</summary>
    public DurableTally Tally { get; } = new();

    /// <summary>Compiles a rewritten module.</summary>
    public WasmModule Compile(byte[] rewritten) => WasmModule.FromBytes(_engine, rewritten);

    /// <summary>Makes a store for one instance.</summary>
    public WasmStore NewStore() => new(_engine, new StoreOptions
    {
        Mode = mode,
        Features = WasmFeatures.All,
        Limits = s_limits with { Deadline = deadline },
    });

    /// <summary>What scripts import from the host, without the memory and the table.</summary>
    public static ImportSet Spectest(WasmStore store) => new ImportSet()
        .Define("spectest", "print", static () => { })
        .Define("spectest", "print_i32", static (int _) => { })
        .Define("spectest", "print_i64", static (long _) => { })
        .Define("spectest", "print_f32", static (float _) => { })
        .Define("spectest", "print_f64", static (double _) => { })
        .Define("spectest", "print_i32_f32", static (int _, float _) => { })
        .Define("spectest", "print_f64_f64", static (double _, double _) => { })
        .Define("spectest", "global_i32", WasmGlobal.Create(store, new GlobalType(ValType.I32, false), 666))
        .Define("spectest", "global_i64", WasmGlobal.Create(store, new GlobalType(ValType.I64, false), 666L))
        .Define("spectest", "global_f32", WasmGlobal.Create(store, new GlobalType(ValType.F32, false), 666.6f))
        .Define("spectest", "global_f64", WasmGlobal.Create(store, new GlobalType(ValType.F64, false), 666.6));

    public void Dispose() => _engine.Dispose();
}
