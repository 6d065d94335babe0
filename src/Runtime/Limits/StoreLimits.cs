using WasmActors.Runtime.Calls;

namespace WasmActors.Runtime.Limits;

/// <summary>What one store may use. Null always means: no limit but the engine's own.</summary>
public sealed record StoreLimits
{
    /// <summary>Largest size of each linear memory, in bytes. Default 1 GiB. A guest's growth beyond it answers -1.</summary>
    public long? MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Most elements of each table. Default 1,000,000.</summary>
    public int? TableElements { get; init; } = 1_000_000;

    /// <summary>Most instances. Default 100. An instance's resources are freed with the store, not before.</summary>
    public int? Instances { get; init; } = 100;

    /// <summary>Most linear memories. Default 100.</summary>
    public int? Memories { get; init; } = 100;

    /// <summary>Most tables. Default 100.</summary>
    public int? Tables { get; init; } = 100;

    /// <summary>Fuel at the start; needs <see cref="Modules.EngineSettings.Fuel"/>. Default null: as much as the guest wants.</summary>
    public ulong? Fuel { get; init; }

    /// <summary>Longest time of one call or instantiation. Default 30 s; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    internal void Check()
    {
        if (MemoryBytes is null or >= 0
            && TableElements is null or >= 0
            && Instances is null or >= 1
            && Memories is null or >= 0
            && Tables is null or >= 0
            && (Deadline > TimeSpan.Zero || Deadline == Timeout.InfiniteTimeSpan))
        {
            return;
        }

        throw MemoryBytes < 0 ? Wrong(nameof(MemoryBytes), MemoryBytes)
            : TableElements < 0 ? Wrong(nameof(TableElements), TableElements)
            : Instances < 1 ? Wrong(nameof(Instances), Instances)
            : Memories < 0 ? Wrong(nameof(Memories), Memories)
            : Tables < 0 ? Wrong(nameof(Tables), Tables)
            : Wrong(nameof(Deadline), Deadline);
    }

    private static WasmError Wrong(string name, object? value) =>
        new(ErrorCode.BadSettings, $"StoreLimits.{name} is {value}; it must be positive, or null for no limit.");
}
