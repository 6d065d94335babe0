using System.Diagnostics;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Passivation;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Stores.Supervision;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Admission;

/// <summary>Decides what a host takes on: stores, requests that wait, calls that wait for imports. Used from any thread.</summary>
internal sealed class HostAdmission
{
    // So many that wait for each processor, and so many of each tenant, are no overload, however long they take.
    private const int AlwaysForEach = 32;
    private const int AlwaysWait = 4;

    private const int LongestTenant = 64;

    private readonly AdmissionOptions _options;
    private readonly Tenants _tenants;
    private readonly MemoryBudget _memory;
    private readonly MappingBudget _mappings;
    private readonly WaitingLine _line = new();
    private GuestExecutor? _executor;
    private int _stores;
    private int _parked;

    /// <param name="options">The host's bounds, which have been checked.</param>
    /// <param name="memory">The machine's memory; null for the system's own figures.</param>
    /// <param name="mappings">The process's mappings; null for the system's own figures.</param>
    internal HostAdmission(AdmissionOptions options, MemoryBudget? memory = null, MappingBudget? mappings = null)
    {
        _options = options;
        _tenants = new Tenants(options);
        _memory = memory ??= new MemoryBudget(options.Machine ?? SystemMemory.Read, options.MemoryMarginBytes, TimeProvider.System);
        Memory = new GuestMemory(memory);
        _mappings = mappings ?? MappingBudget.OfProcess;
        LongestWait = options.LongestWait == Timeout.InfiniteTimeSpan ? double.PositiveInfinity : options.LongestWait.TotalSeconds;
    }

    /// <summary>The host's bounds.</summary>
    internal AdmissionOptions Options => _options;

    /// <summary>Seconds that a request is to wait at most.</summary>
    internal double LongestWait { get; }

    /// <summary>Stores that are alive, requests that wait, calls that wait for imports.</summary>
    internal int LiveStores => Volatile.Read(ref _stores);

    internal long Waiting => _line.Total;

    internal int Parked => Volatile.Read(ref _parked);

    /// <summary>Whether stores wait for a processor.</summary>
    internal bool IsContended => Volatile.Read(ref _executor) is { IsContended: true };

    /// <summary>The stores that were started and have not ended.</summary>
    internal StoreRegister Stores { get; } = new();

    /// <summary>Passivates idle stores when there is no room; null for none.</summary>
    internal StorePassivator? Passivator { get; init; }

    /// <summary>The memory that guests were granted.</summary>
    internal GuestMemory Memory { get; }

    /// <summary>Where idle stores return guests' memory when there is little left.</summary>
    internal IdleMemory IdleMemory { get; } = new();

    /// <summary>Where the stores run, as their actors find out.</summary>
    internal void RunsOn(GuestExecutor executor) => Volatile.Write(ref _executor, executor);

    /// <summary>Takes a store on; the answer is null when it was, and else the refusal.</summary>
    /// <param name="spec">What it is started with.</param>
    /// <param name="place">Its place among the live ones, to be disposed when it has ended.</param>
    internal WasmError? TryStart(StoreSpec spec, out StorePlace place)
    {
        place = null!;
        if (spec.Tenant is { } name && (name.Length is 0 or > LongestTenant || name.Any(char.IsControl)))
        {
            return new WasmError(ErrorCode.BadSettings, $"StoreSpec.Tenant is '{GuestText.Clean(name, LongestTenant)}', {name.Length} characters; allowed are 1 to {LongestTenant} without control characters, or null.");
        }

        if (spec.QueueLimit < 1)
        {
            return new WasmError(ErrorCode.BadSettings, $"StoreSpec.QueueLimit is {spec.QueueLimit}; allowed is 1 or more.");
        }

        var tenant = _tenants.Enter(spec.Tenant);
        if (TryEnter(tenant) is { } refusal)
        {
            _tenants.Leave(tenant);
            return refusal;
        }

        place = new StorePlace(this, tenant);
        return null;
    }

    /// <summary>Counts a store in that is about to take room; the answer is null, or the refusal. With a refusal, stores that are idle begin to
    /// make room.</summary>
    internal WasmError? TryEnter(Tenant tenant)
    {
        var refusal = RefusalToEnter(tenant);
        if (refusal is not null)
        {
            _ = Passivator?.MakeRoomAsync();
        }

        return refusal;
    }

    /// <summary>A store takes no room any more.</summary>
    internal void Leave(Tenant tenant)
    {
        tenant.AddLive(-1);
        Interlocked.Decrement(ref _stores);
    }

    /// <summary>Grants a guest's memory more bytes; the answer is null, or the refusal. Idle stores return theirs before it comes to that.</summary>
    internal WasmError? TryGrow(Tenant tenant, long bytes)
    {
        if (_options.WithoutBounds)
        {
            Memory.Take(tenant, bytes);
            return null;
        }

        var refusal = Memory.TryTake(tenant, bytes, out long missing);
        if (missing > 0)
        {
            IdleMemory.Ask(missing);
        }

        return refusal;
    }

    /// <summary>A store has ended for good.</summary>
    internal void Ended(Tenant tenant) => _tenants.Leave(tenant);

    /// <summary>Counts an instance's mappings in; the answer is null, or the refusal.</summary>
    internal WasmError? TryInstantiate(EngineSettings engine) => _options.WithoutBounds ? null : NoMappings(MappingsOfInstance(engine));

    /// <summary>Counts a request in that waits; the answer is null, or the refusal.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="left">Seconds until it must be done.</param>
    internal WasmError? TryWait(Tenant tenant, double left)
    {
        if (_options.WithoutBounds)
        {
            _line.Enter(tenant);
            return null;
        }

        var executor = Volatile.Read(ref _executor);
        double each = executor is null ? 0 : executor.TimePerRequest / Stopwatch.Frequency / executor.Parallelism;
        return LateFor(tenant, left, each, executor?.Parallelism ?? 1) ?? (_line.TryEnter(tenant, _options.MaxWaiting) ? null : Refusals.Busy(
            $"{_line.Total:N0} requests wait in the host, {tenant.Waiting:N0} of them for {tenant}, which has its share of the {_options.MaxWaiting:N0} places (AdmissionOptions.MaxWaiting).",
            Refusals.HalfOf(each, _line.Total)));
    }

    /// <summary>Counts a request in that must not be refused for the host's sake.</summary>
    internal void Wait(Tenant tenant) => _line.Enter(tenant);

    /// <summary>A request that was counted in waits no longer.</summary>
    internal void WaitsNoLonger(Tenant tenant) => _line.Leave(tenant);

    /// <summary>Counts a call in that waits for an import; the answer is null, or the refusal.</summary>
    internal WasmError? TryPark()
    {
        int parked = Interlocked.Increment(ref _parked);
        if (parked <= _options.MaxParked || _options.WithoutBounds)
        {
            return null;
        }

        Interlocked.Decrement(ref _parked);
        return Refusals.Busy($"{parked - 1:N0} calls of the host wait for imports, its bound (AdmissionOptions.MaxParked).", MemoryBudget.Between);
    }

    /// <summary>It waits no longer.</summary>
    internal void Unpark() => Interlocked.Decrement(ref _parked);

    private static int MappingsOfInstance(EngineSettings engine) => engine.Allocation == AllocationStrategy.OnDemand && engine.ReserveMemory ? 2 : 1;

    private WasmError? RefusalToEnter(Tenant tenant)
    {
        if (!_options.WithoutBounds)
        {
            bool hasMost = HasMost(tenant);
            if (!_memory.HasRoom(hasMost ? 2 : 1, out var memory))
            {
                string whose = hasMost ? $" of {tenant}, which has {tenant.Live:N0}" : "";
                return Refusals.Full($"{memory.Memory.Available >> 20:N0} MiB of {memory.Memory.Limit >> 20:N0} MiB of memory are available, and {memory.Margin >> 20:N0} MiB must be left for another store{whose} (AdmissionOptions.MemoryMarginBytes); {LiveStores:N0} are alive. Stop some, or give the process more memory.", MemoryBudget.Between);
            }

            if (NoMappings(0) is { } refusal)
            {
                return refusal;
            }
        }

        int live = Interlocked.Increment(ref _stores);
        if (live > _options.MaxStores && !_options.WithoutBounds)
        {
            Interlocked.Decrement(ref _stores);
            return Refusals.Full($"{live - 1:N0} stores are alive, the host's bound (AdmissionOptions.MaxStores). Stop some.", MemoryBudget.Between);
        }

        tenant.AddLive(1);
        return null;
    }

    // More than its part of the stores, were there one tenant more: one that has few finds room for longer.
    private bool HasMost(Tenant tenant) => tenant.Live > LiveStores * (double)tenant.Weight / (_tenants.Weights + 1);

    // Tenants wait for their own: the time that one's line takes follows from its length and from its share of the processors.
    private WasmError? LateFor(Tenant tenant, double left, double secondsEach, int parallelism)
    {
        int waiting = tenant.Waiting;
        if (secondsEach <= 0 || waiting < AlwaysWait)
        {
            return null;
        }

        double share = _line.ShareOf(tenant);
        double seconds = waiting * secondsEach / share;
        double most = waiting < AlwaysForEach * parallelism * share ? double.PositiveInfinity : LongestWait;
        return seconds <= most && seconds <= left / 2
            ? null
            : Refusals.Busy(
                $"{waiting:N0} requests of {tenant} wait and take about {seconds:0.###} s: {Refusals.TooLong(seconds, left)}.",
                Refusals.HalfOf(secondsEach / share, waiting));
    }

    private WasmError? NoMappings(int more) => _mappings.TryTake(more, _options.MappingMargin, out var figures)
        ? null
        : Refusals.Full(
            $"The process has {figures.Used:N0} memory mappings of the {figures.Limit:N0} that the system gives it (vm.max_map_count), and {_options.MappingMargin:N0} must be left (AdmissionOptions.MappingMargin); {LiveStores:N0} stores are alive. Stop some, raise the system's limit, or set EngineSettings.ReserveMemory to false.",
            MappingBudget.Between);
}
