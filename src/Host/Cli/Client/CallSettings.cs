using WasmActors.Host.Cli.Output;

namespace WasmActors.Host.Cli.Client;

/// <summary>What <c>call</c> was asked for.</summary>
internal sealed record CallSettings
{
    /// <summary>The function.</summary>
    public required string Function { get; init; }

    /// <summary>The export.</summary>
    public required string Export { get; init; }

    /// <summary>Values for a function of the core convention.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The key of a keyed function; null for a stateless one.</summary>
    public string? Key { get; init; }

    /// <summary>Longest time of the call; null for the function's own.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Names the call, so that it is carried out once; null for no name.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Text, <c>@FILE</c> or <c>-</c>; null for standard input unless it is a terminal.</summary>
    public string? Data { get; init; }

    /// <summary>Arguments of a WASI program.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables of a WASI program.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    /// <summary>Whether to tell on standard error what took how long.</summary>
    public bool Timing { get; init; }

    /// <summary>How results are written.</summary>
    public OutputFormat Format { get; init; }
}
