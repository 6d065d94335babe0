namespace WasmActors.Host.Contracts;

/// <summary>What an API key is to be.</summary>
/// <param name="Name">1 to 63 of A-Z a-z 0-9 - _ . +, not that of another key.</param>
/// <param name="Scopes">One or more of call, deploy, admin.</param>
internal sealed record NewKeyBody(string? Name, IReadOnlyList<string>? Scopes)
{
    /// <summary>Requests a second at a node, 1 to 1,000,000; absent for no limit.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>Requests at once after a rest, 1 to 1,000,000; absent for as many as a second has. Only with requestsPerSecond.</summary>
    public int? Burst { get; init; }

    /// <summary>Requests under way at a node, 1 to 1,000,000; absent for no limit.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Bytes of a request's body, from 0; absent for the host's own limit.</summary>
    public long? MaxBodyBytes { get; init; }
}
