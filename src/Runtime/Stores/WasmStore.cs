using System.Runtime.CompilerServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Stores;

/// <summary>
/// Owns a Wasmtime store: the instances, functions, memories, tables and globals made in it, and the guest's heap.
/// </summary>
/// <remarks>
/// One thread at a time: a second one gets <c>store.in_use</c>. The store may move between threads while no call is running.
/// Dispose it; a store that is only forgotten holds its memory until the next collection of the host's heap.
/// </remarks>
public sealed partial class WasmStore : IDisposable
{
    private static long s_lastId;

    private readonly StoreHandle _store;
    private Dictionary<HostFunc, WasmFunc>? _hostFuncs;
    private Dictionary<NativeItem, TableType>? _tableTypes;
    private int _entries;
    private WasiSession? _wasi;
    private readonly ExecutionMode _mode;
    private bool _usesServed;
    private bool _disposed;

    /// <summary>Makes an empty store.</summary>
    /// <param name="engine">The engine whose modules it will run.</param>
    /// <param name="options">Limits, WASI and data; null for the defaults.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: a limit is out of range, or contradicts the engine or the profile.</exception>
    public WasmStore(WasmEngine engine, StoreOptions? options = null)
        : this(engine, options, null)
    {
    }

    /// <summary>Makes an empty store whose memories are admitted by an account.</summary>
    internal WasmStore(WasmEngine engine, StoreOptions? options, MemoryAccount? account)
    {
        ArgumentNullException.ThrowIfNull(engine);
        options ??= new StoreOptions();
        options.Check(engine.Settings);
        Id = Interlocked.Increment(ref s_lastId);
        Identity = -Id;
        Engine = engine;
        Account = account;
        Limits = options.Limits;
        _defaultDuration = engine.EpochClock.Duration(options.Limits.Deadline);
        Data = options.Data;
        _mode = options.Mode;
        Features = options.Features;
        _memoryBudget = Limits.MemoryBytes is { } bytes ? Budget.OfMemory(bytes, Limits.LargestMemoryBytes) : null;
        _tableBudget = Limits.TableElements is { } elements ? Budget.OfTables(elements, Limits.LargestTableElements) : null;
        WasiOptions = options.Wasi;
        engine.Add(this);
        try
        {
            _store = new StoreHandle(engine, this);
            Context = _store.Context;
            HoldLimits();
            if (engine.Settings.Fuel)
            {
                _store.SetFuel(Limits.Fuel ?? ulong.MaxValue);
            }
        }
        catch
        {
            _store?.Dispose();
            engine.Remove(Id);
            throw;
        }
    }

    /// <summary>A number that no other store of this process has.</summary>
    public long Id { get; }

    /// <summary>The engine of the store.</summary>
    public WasmEngine Engine { get; }

    /// <summary>The limits that the store was made with.</summary>
    public StoreLimits Limits { get; }

    /// <summary>Any object of the host's, reachable from host functions through <see cref="WasmCaller.Data"/>.</summary>
    public object? Data { get; set; }

    /// <summary>Whether guests run in slices and may wait for imports without a thread.</summary>
    public bool IsPreemptive => _mode == ExecutionMode.Preemptive || (_mode == ExecutionMode.Automatic && _usesServed);

    /// <summary>True once the store has been disposed.</summary>
    public bool IsDisposed => _disposed;

    /// <summary>Fuel that is left.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: the engine does not count fuel.</exception>
    public ulong Fuel
    {
        get
        {
            RequireFuel();
            using var _ = Enter();
            return _store.GetFuel();
        }

        set
        {
            RequireFuel();
            using var _ = Enter();
            _store.SetFuel(value);
        }
    }

    internal nint Context { get; }

    /// <summary>What the store's failures are marked with, see <see cref="WasmException.Owner"/>: its number below zero, or the number of the
    /// store whose actor owns it.</summary>
    internal long Identity { get; init; }

    /// <summary>Admits what its memories take of the host; null where nobody does.</summary>
    internal MemoryAccount? Account { get; }

    /// <summary>The memories that the host made in it; null for none, and where nobody admits them.</summary>
    internal HostMemories? HostMemories { get; private set; }

    /// <summary>The same, for one that is about to be made.</summary>
    internal HostMemories? BeginHostMemory() => HostMemories ??= Account is { } account ? new HostMemories(this, account) : null;

    /// <summary>Who uses it now.</summary>
    internal StoreUse Use { get; } = new();

    internal WasiOptions? WasiOptions { get; }

    /// <summary>What its WASI functions work on; there since the instantiation of the first module that imports one.</summary>
    internal WasiSession Wasi => _wasi!;

    /// <summary>Which of WASI's functions its guests get from the host.</summary>
    internal WasiVariant WasiVariant => (IsPreemptive ? WasiVariant.Parks : WasiVariant.None) | (_wasi?.Input is not null && !_makesOwn ? WasiVariant.OwnInput : WasiVariant.None);

    /// <summary>Collects the guest's heap: structs, arrays, exceptions and external references nobody holds any more.</summary>
    public void CollectGuestHeap()
    {
        using var _ = Enter();
        RequireHeap();
        _store.CollectGuestHeap();
    }

    /// <summary>Releases the store with everything in it. Guests that are paused are given up: <c>store.gone</c>.</summary>
    /// <exception cref="WasmError"><c>store.in_use</c>: a call is running in it, on this thread or on another.</exception>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        using (Enter())
        {
            if (_active > 0)
            {
                throw new WasmError(ErrorCode.StoreInUse, "The store cannot be disposed from within a call that runs in it: return from the host function first.");
            }

            while (Innermost is { } paused)
            {
                paused.Drop(new WasmError(ErrorCode.StoreGone, "The store was disposed while the guest was paused."));
                paused.ReleaseStack(); // nobody gives it back any more
            }

            _disposed = true;
            ReleaseIdleCalls();
            _wasi?.Dispose();
            _store.Dispose();
            HostMemories?.Return();
            _hostFuncs = null; // whoever keeps the disposed store keeps no delegates with it
        }
    }

    /// <summary>Makes this thread the store's user until the answer is disposed.</summary>
    /// <exception cref="WasmError"><c>store.in_use</c>: another thread is; <c>store.gone</c>: it was disposed.</exception>
    internal Entry Enter()
    {
        int me = Environment.CurrentManagedThreadId;
        if (Use.Thread != me && Interlocked.CompareExchange(ref Use.Thread, me, 0) != 0)
        {
            throw InUse();
        }

        _entries++;
        if (_disposed)
        {
            Leave();
            throw new WasmError(ErrorCode.StoreGone, "The store has been disposed; make a new one.") { Owner = Identity };
        }

        return new Entry(this);
    }

    internal void EnsureWasi()
    {
        _wasi ??= new WasiSession(this, WasiOptions ?? new WasiOptions());
    }

    /// <summary>Throws unless the object belongs to this store; Wasmtime would end the process.</summary>
    internal void RequireSame(WasmStore other, string what)
    {
        if (!ReferenceEquals(this, other))
        {
            throw new WasmError(ErrorCode.WrongStore, $"The {what} belongs to store {other.Id}, not to store {Id}: objects cannot be shared between stores.");
        }
    }

    internal WasmFunc HostFunction(HostFunc definition)
    {
        _hostFuncs ??= [];
        if (!_hostFuncs.TryGetValue(definition, out var func))
        {
            func = new WasmFunc(this, HostBridge.NewFunc(this, definition), definition.Type);
            _hostFuncs.Add(definition, func);
        }

        return func;
    }

    internal void RememberTable(in NativeItem table, TableType type) => (_tableTypes ??= [])[table] = type;

    internal TableType? KnownTable(in NativeItem table) => _tableTypes?.GetValueOrDefault(table);

    private WasmError InUse() => new(
        ErrorCode.StoreInUse,
        "Another thread is using the store: one thread at a time, or give the store to an actor (WasmActors.Actors).") { Owner = Identity };

    private void RequireFuel()
    {
        if (!Engine.Settings.Fuel)
        {
            throw new WasmError(ErrorCode.BadSettings, "The engine does not count fuel: set EngineSettings.Fuel.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leave()
    {
        if (--_entries == 0)
        {
            if (HostMemories is not null && !_disposed)
            {
                HostMemories.Count();
            }

            Volatile.Write(ref Use.Thread, 0);
        }
    }

    /// <summary>One thread's use of the store.</summary>
    internal readonly ref struct Entry
    {
        private readonly WasmStore _store;

        internal Entry(WasmStore store) => _store = store;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => _store.Leave();
    }
}
