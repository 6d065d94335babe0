namespace WasmActors.Functions.State.Commits;

/// <summary>The bounds of a line of requests to the database of states.</summary>
internal sealed record LineLimits
{
    /// <summary>Requests that may wait or be under way; the next fails with <c>call.busy</c>. Default 20,000.</summary>
    public int Requests { get; init; } = 20_000;

    /// <summary>Bytes of these requests. One that is larger is accepted if it is the only one. Default 64
    /// MiB.</summary>
    public long Bytes { get; init; } = 64 << 20;

    /// <summary>Most requests of one transaction. Default 1,024.</summary>
    public int GroupRequests { get; init; } = 1024;

    /// <summary>Bytes above which a transaction takes no further request. Default 4 MiB.</summary>
    public long GroupBytes { get; init; } = 4 << 20;

    /// <summary>Longest time from a request to its answer, whatever the database does. Default 15 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Pause before a group whose outcome is unknown is sent again. Default 100 ms.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);
}
