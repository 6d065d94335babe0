namespace WasmActors.Host.Contracts;

/// <summary>Which version is to be made the active one.</summary>
/// <param name="Version">Its number; absent for the one before the active one.</param>
/// <param name="RollOut">When keyed stores change over: whenIdle (default) or atOnce.</param>
internal sealed record RollbackBody(int? Version = null, string? RollOut = null);
