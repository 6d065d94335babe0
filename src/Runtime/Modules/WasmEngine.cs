using System.Collections.Concurrent;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Interop.Memories;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Compilation;
using WasmActors.Runtime.Stores;
using Wasmtime;

namespace WasmActors.Runtime.Modules;

/// <summary>
/// Owns a Wasmtime engine, its epoch clock and its settings; compiles modules and carries stores. Usable from any thread.
/// </summary>
/// <remarks>Disposing it while stores are alive is safe: it ends for good with the last of them.</remarks>
public sealed class WasmEngine : IDisposable
{
    // What a guest's thread has beyond the wasm stack: Wasmtime's own frames and host functions.
    private const int ThreadMargin = 1 << 20;

    private static readonly Version s_provedVersion = new(50, 0, 1, 0);

    private readonly Engine _engine;
    private readonly EpochClock _clock;
    private readonly ConcurrentDictionary<long, StoreUse> _stores = new();
    private readonly Lock _end = new();
    private readonly StackPool? _stacks;
    private readonly GuestThreads? _threads;
    private int _live;
    private int _gone;
    private int _uses;
    private bool _disposed;
    private bool _released;
    private volatile bool _endsGuests;

    /// <summary>Makes an engine.</summary>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="Failures.WasmError"><c>engine.bad_settings</c>: a setting is out of its range or contradicts another.</exception>
    public WasmEngine(EngineSettings? settings = null)
    {
        Settings = settings ?? new EngineSettings();
        Settings.Check();
        NativeHeap.KeepThresholds();
        NoFibers = WhyNoFibers(Settings);
        var config = Configure(Settings);
        if (NoFibers is null)
        {
            _stacks = StackPool.Attach(config, Settings.MaxStacks);
        }
        else
        {
            _threads = new GuestThreads(Settings.MaxStacks, Settings.MaxWasmStackBytes + ThreadMargin);
        }

        _engine = new Engine(config);
        Pointer = EmbeddingAccess.Pointer(_engine);
        _clock = new EpochClock(Settings.Tick, Settings.Clock, _engine.IncrementEpoch, AnyStoreInUse);
    }

    /// <summary>The settings that the engine was made with.</summary>
    public EngineSettings Settings { get; }

    /// <summary>Why guests that can be paused run on threads of their own instead of sharing threads; null when they do not.</summary>
    public string? NoFibers { get; }

    /// <summary>How many stacks of guests that can be paused are in use, or kept by stores for their next call.</summary>
    public int StacksInUse => _stacks?.Taken ?? _threads!.Taken;

    /// <summary>How many stores of the engine are alive.</summary>
    public int LiveStores => Volatile.Read(ref _live);

    /// <summary><c>wasm_engine_t*</c>, valid while this object is reachable and not released.</summary>
    internal nint Pointer { get; }

    internal EpochClock EpochClock => _clock;

    /// <summary>Whether guests that run are to end at the next tick, see <see cref="EndGuests"/>.</summary>
    internal bool EndsGuests => _endsGuests;

    /// <summary>Ends every guest that runs, and that will run, at its next tick: <c>store.gone</c>. For good: their owner is about to dispose them.</summary>
    internal void EndGuests() => _endsGuests = true;

    /// <summary>A stack for one guest that can be paused.</summary>
    internal GuestRun NewRun() => _threads is { } threads ? new ThreadRun(threads) : new FiberRun();

    /// <summary>Lets no more stores be made, and releases the engine once the last store has gone.</summary>
    public void Dispose()
    {
        lock (_end)
        {
            _disposed = true;
            ReleaseWhenUnused();
        }
    }

    /// <summary>Keeps the native engine alive until the answer is disposed; with a store alive that is not needed.</summary>
    /// <exception cref="ObjectDisposedException">The engine has been disposed.</exception>
    internal Use BeginUse()
    {
        lock (_end)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _uses++;
        }

        return new Use(this);
    }

    internal void Add(WasmStore store)
    {
        lock (_end)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _stores[store.Id] = store.Use;
            Interlocked.Increment(ref _live);
        }
    }

    internal void Remove(long storeId)
    {
        if (!_stores.TryRemove(storeId, out _))
        {
            return;
        }

        // A clock that rests already will not come by again: not for every store that goes, but whenever there are half as many.
        HeapTrimmer.Shared.StoreGone();
        if (Interlocked.Increment(ref _gone) >= Interlocked.Decrement(ref _live) && _clock.IsResting)
        {
            Volatile.Write(ref _gone, 0);
            HeapTrimmer.Shared.AtRest();
        }

        if (_disposed)
        {
            lock (_end)
            {
                ReleaseWhenUnused();
            }
        }
    }

    private static string? WhyNoFibers(EngineSettings settings) =>
        settings.PreemptOnThreads ? "EngineSettings.PreemptOnThreads is set"
        : settings.Allocation == AllocationStrategy.Pooling ? "the pool of instances brings stacks of its own, on which the host's functions cannot run"
        : typeof(Engine).Assembly.GetName().Version != s_provedVersion ? $"it was proved with Wasmtime {s_provedVersion}, and this is {typeof(Engine).Assembly.GetName().Version}"
        : StackRegion.Shared.Unavailable;

    private static Config Configure(EngineSettings settings)
    {
        var config = new Config()
            .WithEpochInterruption(true)
            .WithFuelConsumption(settings.Fuel)
            .WithMaximumStackSize(settings.MaxWasmStackBytes)
            .WithFunctionReferences(settings.Gc)
            .WithGc(settings.Gc)
            .WithExceptions(settings.Exceptions)
            .WithTailCalls(settings.TailCalls)
            .WithMemory64(settings.Memory64)
            .WithMultiMemory(settings.MultiMemory)
            .WithRelaxedSIMD(settings.RelaxedSimd, deterministic: false)
            .WithWasmThreads(settings.Threads)
            .WithWideArithmetic(settings.WideArithmetic)
            .WithCustomPageSizes(settings.CustomPageSizes)
            .WithParallelCompilation(settings.ParallelCompilation);
        if (!settings.ReserveMemory)
        {
            config.WithStaticMemoryMaximumSize(0).WithMemoryReservationForGrowth(0).WithMemoryGuardSize(0).WithMemoryInitCopyOnWrite(false);
        }

        if (settings.Allocation == AllocationStrategy.OnDemand && !settings.MemoryImages && MemoryCreator.IsSupported)
        {
            config.WithMemoriesOfHost();
        }

        if (settings.Allocation == AllocationStrategy.Pooling)
        {
            using var pool = PoolOf(settings.Pooling, settings.Gc);
            config.WithPoolingAllocationStrategy(pool);
        }

        return config;
    }

    private static PoolingAllocationConfig PoolOf(PoolingSettings settings, bool gc)
    {
        uint instances = (uint)settings.MaxInstances;
        return new PoolingAllocationConfig()
            .WithMaxCoreInstances(instances)
            .WithMaxMemories(settings.MemorySlots(gc))
            .WithMaxTables(settings.TableSlots)
            .WithMaxGcHeaps(instances)
            .WithMaxMemoriesPerModule((uint)settings.MaxMemoriesPerModule)
            .WithMaxTablesPerModule((uint)settings.MaxTablesPerModule)
            .WithMaxMemorySize((nuint)settings.MaxMemoryBytes)
            .WithMaxTableElements((nuint)settings.MaxTableElements)
            .WithLinearMemoryKeepResidentBytes((nuint)settings.KeepResidentBytes)
            .WithTableKeepResidentBytes((nuint)settings.KeepResidentBytes);
    }

    private bool AnyStoreInUse()
    {
        foreach (var (_, use) in _stores)
        {
            if (Volatile.Read(ref use.Thread) != 0)
            {
                return true;
            }
        }

        HeapTrimmer.Shared.AtRest();
        return false;
    }

    private void ReleaseWhenUnused()
    {
        if (_disposed && !_released && _uses == 0 && _stores.IsEmpty)
        {
            _released = true;
            _clock.Dispose();
            _threads?.Dispose();
            _engine.Dispose();
        }
    }

    /// <summary>One use of the native engine.</summary>
    internal readonly ref struct Use
    {
        private readonly WasmEngine _engine;

        internal Use(WasmEngine engine) => _engine = engine;

        public void Dispose()
        {
            lock (_engine._end)
            {
                _engine._uses--;
                _engine.ReleaseWhenUnused();
            }

            HeapTrimmer.Shared.ModuleMade();
        }
    }
}
