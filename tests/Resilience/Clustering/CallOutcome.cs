namespace WasmActors.Resilience.Clustering;

/// <summary>How a call over HTTP ended, as its caller sees it.</summary>
/// <param name="Kind">Which way.</param>
/// <param name="Node">The node that it was sent to last.</param>
/// <param name="Detail">The result, the failure's code, or what broke.</param>
internal sealed record CallOutcome(CallEnd Kind, int Node, string Detail);
