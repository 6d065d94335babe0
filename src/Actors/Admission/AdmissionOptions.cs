using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Admission;

/// <summary>How much a host takes on before it refuses more, at once and with a hint when to try again.</summary>
/// <remarks>What is refused was not begun. A call that a waiting guest needs for its import's answer is bounded by its store's queue
/// alone: to refuse it would waste what was begun.</remarks>
public sealed record AdmissionOptions
{
    private const int MaxWeight = 1000;

    /// <summary>Places for requests that wait, in the whole host. A tenant may take as many as are free, times its weight: one alone gets
    /// half of them, and another always finds room. Default 100,000; one more is refused with <c>call.busy</c>.</summary>
    public int MaxWaiting { get; init; } = 100_000;

    /// <summary>Longest time that a request is to wait, as measured while requests keep waiting: beyond it, no more are taken until the
    /// line is shorter (<c>call.busy</c>). A store's line and a tenant's are measured; the first 16 of a store, and 32 for each processor of the
    /// host, shared by its tenants, are always taken. Default
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as the calls' own deadlines allow, of which a line is to take half at most.</summary>
    public TimeSpan LongestWait { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Most calls that wait for imports at the same time. Default 32,768; in one more the import fails with <c>call.busy</c>.</summary>
    public int MaxParked { get; init; } = 32_768;

    /// <summary>Most live stores. Default null: as many as memory and mappings allow; one more is refused with <c>host.full</c>.</summary>
    public int? MaxStores { get; init; }

    /// <summary>Memory that must be free for another store, in bytes: of the machine, and of the control groups that the process is in; twice as much for a
    /// tenant that has more than its part of the stores. Guests' memories grow only while twice as much remains free. Default null: 1/32 of the
    /// limit, 32 MiB to 512 MiB. 0 switches both bounds off.</summary>
    /// <remarks>The first 2 MiB of a store's memories are measured when they are touched. What a store has beyond is reserved: a guest that would grow
    /// beyond what is free gets -1 from <c>memory.grow</c>, and an instance that would begin beyond it is rejected with <c>host.full</c>. Before that idle
    /// stores are passivated. A tenant alone may have seven eighths of what guests may have; the last eighth is for those who have less.</remarks>
    public long? MemoryMarginBytes { get; init; }

    /// <summary>Memory mappings that must be left for another store or instance, of those that the system gives a process
    /// (<c>vm.max_map_count</c>, 65,530 as a rule); at that limit the runtime ends the process. Default 4,096. Linux only.</summary>
    public int MappingMargin { get; init; } = 4_096;

    /// <summary>Weights of tenants by name, 1 to 1000; default none: each has 1. Twice the weight is twice the processor time where
    /// both want more, and twice the places.</summary>
    public IReadOnlyDictionary<string, int> TenantWeights { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>The machine's memory in place of what the system reports.</summary>
    internal Func<MemoryReading?>? Machine { get; init; }

    /// <summary>Takes everything in that the stores' own queues have room for, as for measuring what the bounds are good for.</summary>
    internal bool WithoutBounds { get; init; }

    /// <summary>Treats all stores as one tenant's, likewise.</summary>
    internal bool WithoutTenants { get; init; }

    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal void Check()
    {
        Require(MaxWaiting >= 1, nameof(MaxWaiting), MaxWaiting, "1 or more");
        Require(LongestWait == Timeout.InfiniteTimeSpan || LongestWait >= TimeSpan.FromMilliseconds(1), nameof(LongestWait), LongestWait, "1 ms or more, or infinite");
        Require(MaxParked >= 1, nameof(MaxParked), MaxParked, "1 or more");
        Require(MaxStores is null or >= 1, nameof(MaxStores), MaxStores, "1 or more, or null");
        Require(MemoryMarginBytes is null or >= 0, nameof(MemoryMarginBytes), MemoryMarginBytes, "0 or more, or null");
        Require(MappingMargin >= 0, nameof(MappingMargin), MappingMargin, "0 or more");
        foreach (var (name, weight) in TenantWeights)
        {
            Require(weight is >= 1 and <= MaxWeight, $"{nameof(TenantWeights)}[{GuestText.Clean(name, GuestText.NameLimit)}]", weight, $"1 to {MaxWeight}");
        }
    }

    private static void Require(bool holds, string name, object? value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.BadSettings, $"AdmissionOptions.{name} is {value}; allowed is {allowed}.");
        }
    }
}
