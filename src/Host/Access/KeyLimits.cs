namespace WasmActors.Host.Access;

/// <summary>What one API key may use of one node; null for no limit.</summary>
/// <param name="RequestsPerSecond">Requests a second on average.</param>
/// <param name="Burst">Requests at once after a rest; null for as many as a second has.</param>
/// <param name="Concurrency">Requests under way.</param>
/// <param name="MaxBodyBytes">Bytes of a request's body.</param>
internal sealed record KeyLimits(int? RequestsPerSecond, int? Burst, int? Concurrency, long? MaxBodyBytes);
