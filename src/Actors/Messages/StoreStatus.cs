namespace WasmActors.Actors.Messages;

/// <summary>What a store is doing.</summary>
public enum StoreActivity
{
    /// <summary>Nothing: the next command is taken at once.</summary>
    Idle,

    /// <summary>A guest runs, or waits for its next time slice.</summary>
    Running,

    /// <summary>A guest waits for an import's answer.</summary>
    Parked,

    /// <summary>It broke, and waits to be made again; commands wait too, unless its circuit is open.</summary>
    Away,

    /// <summary>Nothing: it was idle for long and has been disposed; the next command makes it again.</summary>
    Passive,
}

/// <summary>A store at one moment.</summary>
/// <param name="Activity">What it is doing.</param>
/// <param name="Generation">How often it was made, 1 unless it was replaced or revived.</param>
/// <param name="Calls">Commands that it has begun, since it was first made.</param>
/// <param name="QueueLength">Commands that wait for the one under way.</param>
public sealed record StoreStatus(StoreActivity Activity, int Generation, long Calls, int QueueLength)
{
    /// <summary>Since when the command under way has been; null when idle.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>The import that is waited for, as <c>module::name</c>; null when none is.</summary>
    public string? ParkedOn { get; init; }

    /// <summary>Since when; null when no import is waited for.</summary>
    public DateTimeOffset? ParkedSince { get; init; }

    /// <summary>Time slices that the command under way has used so far; 0 when idle.</summary>
    public long Slices { get; init; }

    /// <summary>Time of a processor that its guest has had since it first outlived a slice; zero before.</summary>
    public TimeSpan ProcessorTime { get; init; }

    /// <summary>How many calls nest in the waiting one.</summary>
    public int NestedCalls { get; init; }

    /// <summary>Whether it takes commands after it broke too often.</summary>
    public CircuitState Circuit { get; init; }

    /// <summary>Fuel that is left; null when the engine does not count it, or there is no store for now.</summary>
    public ulong? Fuel { get; init; }
}
