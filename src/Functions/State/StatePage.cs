namespace WasmActors.Functions.State;

/// <summary>A part of the list of states, in the order of functions and keys.</summary>
/// <param name="States">The states.</param>
/// <param name="Next">The cursor of the next page; null if this is the last one.</param>
public sealed record StatePage(IReadOnlyList<StateSummary> States, string? Next);
