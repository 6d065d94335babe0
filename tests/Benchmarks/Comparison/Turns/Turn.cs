namespace WasmActors.Benchmarks.Comparison.Turns;

/// <summary>What a contender is asked to do once, the same for all contenders of a row.</summary>
internal sealed record Turn
{
    /// <summary>The case's name in the report.</summary>
    public required string Case { get; init; }

    /// <summary>Stores that are called.</summary>
    public int Stores { get; init; } = 1;

    /// <summary>Callers, each with one call under way at a time.</summary>
    public int Callers { get; init; } = 1;

    /// <summary>Guests in endless loops beside the calls.</summary>
    public int Guests { get; init; }

    /// <summary>Length of the load.</summary>
    public int Milliseconds { get; init; }

    /// <summary>Most calls of the load; stores to start; guests to park; rounds of work.</summary>
    public int Bound { get; init; } = int.MaxValue;

    /// <summary>Time after which the contender is given up.</summary>
    public int DeadlineSeconds { get; init; } = 60;
}
