using WasmActors.Host.Access;

namespace WasmActors.Host.Contracts;

/// <summary>An API key.</summary>
/// <param name="Id">Its public part.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Scopes">call, deploy, admin.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record KeyModel(string Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt)
{
    /// <summary>Requests a second that a node takes of it; absent for no limit.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>Requests at once after a rest.</summary>
    public int? Burst { get; init; }

    /// <summary>Requests under way at a node.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Bytes of a request's body.</summary>
    public long? MaxBodyBytes { get; init; }

    /// <summary>The whole key, only in the answer to its making.</summary>
    public string? Secret { get; init; }

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Name} ({Id})";

    /// <summary>A key as it is stored.</summary>
    public static KeyModel Of(ApiKey key, string? secret = null) => new(key.Id, key.Name, [.. key.Scopes.Select(ApiScopes.Word)], key.CreatedAt)
    {
        RequestsPerSecond = key.Limits.RequestsPerSecond,
        Burst = key.Limits.Burst,
        Concurrency = key.Limits.Concurrency,
        MaxBodyBytes = key.Limits.MaxBodyBytes,
        Secret = secret,
    };
}
