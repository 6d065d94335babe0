namespace WasmActors.Host.Contracts;

/// <summary>A request that the API refuses by itself: answered as a problem with this status and code.</summary>
internal sealed class ApiException(int status, string code, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>One of <see cref="ApiErrorCode"/>, or of the library's.</summary>
    public string Code { get; } = code;

    /// <summary>Whether what was asked for may have had an effect; null if the code alone decides.</summary>
    public bool? MayHaveRun { get; init; }

    /// <summary>When it is worth trying again, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
