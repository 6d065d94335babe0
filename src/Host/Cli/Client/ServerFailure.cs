namespace WasmActors.Host.Cli.Client;

/// <summary>A server refused, or could not be asked.</summary>
/// <param name="code">The server's code, or one of <see cref="ServerErrorCode"/>.</param>
/// <param name="message">What is wrong.</param>
/// <param name="cause">The exception behind it, if there is one.</param>
internal sealed class ServerFailure(string code, string message, Exception? cause = null) : Exception(message, cause)
{
    public string Code { get; } = code;

    /// <summary>The answer's HTTP status; null where there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>Where in the guest it happened, innermost first, one line for each function. The guest's own
    /// text.</summary>
    public IReadOnlyList<string> Frames { get; init; } = [];

    /// <summary>What the guest wrote to standard error before it failed; null for nothing. The guest's own
    /// text.</summary>
    public string? Stderr { get; init; }

    /// <summary>When it is worth trying again; null where the server did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What a WASI program left that ended with another status than 0; null for every other failure.</summary>
    public ProgramExit? Exit { get; init; }

    /// <summary>Whether the server would answer every other request in the same way.</summary>
    public bool ConcernsEveryRequest => Code is ServerErrorCode.Unreachable or ServerErrorCode.Timeout or ServerErrorCode.BadAnswer || Status is 401 or 403;
}

/// <summary>How a WASI program ended.</summary>
/// <param name="Status">Its exit status, not 0.</param>
/// <param name="Stdout">The beginning of its standard output. The guest's own text.</param>
/// <param name="Stderr">The beginning of its standard error. The guest's own text.</param>
internal sealed record ProgramExit(int Status, string Stdout, string Stderr);
