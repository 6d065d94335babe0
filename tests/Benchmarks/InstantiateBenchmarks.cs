using BenchmarkDotNet.Attributes;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Benchmarks;

/// <summary>Store, instance and disposal, with our pool against Wasmtime's own default.</summary>
[MemoryDiagnoser]
public class InstantiateBenchmarks
{
    private Wasmtime.Engine _embeddedEngine = null!;
    private Wasmtime.Module _embeddedModule = null!;
    private Wasmtime.Linker _embeddedLinker = null!;
    private WasmEngine _pooled = null!;
    private WasmModule _pooledModule = null!;
    private WasmEngine _onDemand = null!;
    private WasmModule _onDemandModule = null!;

    [GlobalSetup]
    public void Setup()
    {
        _embeddedEngine = new Wasmtime.Engine();
        _embeddedModule = Wasmtime.Module.FromText(_embeddedEngine, "add", Guests.Add);
        _embeddedLinker = new Wasmtime.Linker(_embeddedEngine);
        _pooled = new WasmEngine(new EngineSettings { Allocation = AllocationStrategy.Pooling });
        _pooledModule = WasmModule.FromText(_pooled, Guests.Add);
        _onDemand = new WasmEngine();
        _onDemandModule = WasmModule.FromText(_onDemand, Guests.Add);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _embeddedLinker.Dispose();
        _embeddedModule.Dispose();
        _embeddedEngine.Dispose();
        _pooledModule.Dispose();
        _pooled.Dispose();
        _onDemandModule.Dispose();
        _onDemand.Dispose();
    }

    [Benchmark(Baseline = true, Description = "Wasmtime's default: store, instance, dispose")]
    public object Embedding()
    {
        using var store = new Wasmtime.Store(_embeddedEngine);
        return _embeddedLinker.Instantiate(store, _embeddedModule);
    }

    [Benchmark(Description = "pooled (target: at most 0.35)")]
    public object Pooled()
    {
        using var store = new WasmStore(_pooled);
        return store.Instantiate(_pooledModule);
    }

    [Benchmark(Description = "on demand")]
    public object OnDemand()
    {
        using var store = new WasmStore(_onDemand);
        return store.Instantiate(_onDemandModule);
    }
}
