namespace WasmActors.Host.Contracts;

/// <summary>A failure as problem details (RFC 9457).</summary>
/// <param name="Type">urn:wasmactors:error: and the code.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What was wrong, what was expected, what to do.</param>
/// <param name="Code">Stable code of the failure, see docs/failure-modes.md.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail, string Code)
{
    /// <summary>Whether what was asked for may have had an effect. Where it is false, it can be sent again without fear.</summary>
    public bool MayHaveRun { get; init; }

    /// <summary>Where in the guest it failed, innermost first.</summary>
    public IReadOnlyList<ProblemFrame>? Frames { get; init; }

    /// <summary>Exit status of a WASI program.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>The first 64 KiB of what a WASI program wrote to standard output, as text.</summary>
    public string? Stdout { get; init; }

    /// <summary>The first 64 KiB of what the guest wrote to standard error during the call, as text.</summary>
    public string? Stderr { get; init; }

    /// <summary>Finds the request in logs and traces.</summary>
    public string? TraceId { get; init; }
}
