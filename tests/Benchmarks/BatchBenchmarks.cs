using BenchmarkDotNet.Attributes;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Benchmarks;

/// <summary>256 calls in one message, per call, against the raw unchecked call of Wasmtime with its buffers kept.</summary>
[MemoryDiagnoser]
public class BatchBenchmarks
{
    private const int Items = 256;

    // Waiting for an async benchmark wakes a thread; so many batches share that.
    private const int Batches = 64;

    private readonly (int, int)[] _arguments = new (int, int)[Items];
    private WasmHost _host = null!;
    private FuncRef _add = null!;
    private WasmEngine _engine = null!;
    private WasmStore _store = null!;
    private WasmFunc _raw = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _host = await WasmHost.StartAsync();
        var store = await _host.CreateStoreAsync();
        _add = (await store.InstantiateAsync(await _host.LoadTextAsync(Guests.Add))).GetFunc("add");
        _engine = new WasmEngine();
        _store = new WasmStore(_engine);
        _raw = _store.Instantiate(WasmModule.FromText(_engine, Guests.Add)).GetFunc("add");
        for (int i = 0; i < Items; i++)
        {
            _arguments[i] = (i, 3);
        }
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _host.DisposeAsync();
        _store.Dispose();
        _engine.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Items * Batches, Description = "raw unchecked call")]
    public int Raw()
    {
        Span<RawVal> slots = stackalloc RawVal[2];
        int sum = 0;
        for (int i = 0; i < Items * Batches; i++)
        {
            slots[0].I32 = i;
            slots[1].I32 = 3;
            if (CallBridge.CallRaw(_store, _raw.NativeFunc, slots) is not null)
            {
                throw new InvalidOperationException("The guest failed.");
            }

            sum += slots[0].I32;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Items * Batches, Description = "batch of 256 (target: at most 1.5)")]
    public async Task<int> BatchAsync()
    {
        int completed = 0;
        for (int i = 0; i < Batches; i++)
        {
            completed += (await _add.CallBatchAsync<(int, int), int>(_arguments)).Completed;
        }

        return completed;
    }
}
