namespace WasmActors.Resilience.Clustering;

/// <summary>A call that did not end with its result.</summary>
/// <param name="Keyed">Whether it was of a keyed function.</param>
/// <param name="Began">When, by <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Ended">When.</param>
/// <param name="Outcome">How.</param>
internal sealed record CallRecord(bool Keyed, long Began, long Ended, CallOutcome Outcome);
