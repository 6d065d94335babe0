using Wasmtime;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>What all stores of a peer share: engine, compiled module and linker of Wasmtime's own .NET package.</summary>
public sealed class PeerEngine : IDisposable
{
    private const uint PoolSize = 1000;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    private readonly PeerSettings _settings;
    private readonly Engine _engine;
    private readonly Module _module;
    private readonly Linker _linker;
    private readonly Thread? _ticker;
    private volatile bool _stopped;
    private int _live;

    /// <summary>Compiles the guest. Its import <c>env.add</c>, if any, is the delegate, by default one that adds.</summary>
    internal PeerEngine(string guest, PeerSettings settings, Func<int, int, int>? import = null)
    {
        _settings = settings;
        _engine = new Engine(Configure(settings));
        _module = Module.FromText(_engine, "guest", guest);
        _linker = new Linker(_engine);
        _linker.DefineFunction("env", "add", import ?? (static (a, b) => a + b));
        _linker.DefineFunction("env", "started", static () => { });
        if (settings == PeerSettings.Epochs)
        {
            _ticker = new Thread(Tick) { IsBackground = true, Priority = ThreadPriority.Highest };
            _ticker.Start();
        }
    }

    /// <summary>Stores that have not been disposed.</summary>
    internal int LiveStores => Volatile.Read(ref _live);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _ticker?.Join();
        _linker.Dispose();
        _module.Dispose();
        _engine.Dispose();
    }

    /// <summary>A store with an instance in it.</summary>
    internal PeerStore CreateStore()
    {
        var store = new Store(_engine);
        if (_settings == PeerSettings.Epochs)
        {
            // Short calls are not interrupted.
            store.SetEpochDeadline(1UL << 40);
        }

        var made = new PeerStore(this, store, _linker.Instantiate(store, _module));
        Interlocked.Increment(ref _live);
        return made;
    }

    internal void StoreDisposed() => Interlocked.Decrement(ref _live);

    private static Config Configure(PeerSettings settings)
    {
        var config = new Config();
        switch (settings)
        {
            case PeerSettings.Pooled:
                using (var pool = new PoolingAllocationConfig())
                {
                    config.WithPoolingAllocationStrategy(pool.WithMaxCoreInstances(PoolSize).WithMaxMemories(PoolSize).WithLinearMemoryKeepResidentBytes(64 * 1024));
                }

                break;
            case PeerSettings.ManyStores:
                config.WithStaticMemoryMaximumSize(0).WithMemoryReservationForGrowth(0).WithMemoryGuardSize(0).WithMemoryInitCopyOnWrite(false);
                break;
            case PeerSettings.Epochs:
                config.WithEpochInterruption(true);
                break;
        }

        return config;
    }

    private void Tick()
    {
        while (!_stopped)
        {
            Thread.Sleep(s_tick);
            _engine.IncrementEpoch();
        }
    }
}
