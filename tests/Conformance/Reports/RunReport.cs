using System.Collections.Immutable;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Reports;

/// <summary>What became of a run.</summary>
/// <param name="Mode">How stores ran their guests.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="IsComplete">False where the run ended at the first failure.</param>
/// <param name="Files">The scripts, in order of their names.</param>
/// <param name="Durable">What became of the twins whose state moved; null where there were none.</param>
internal sealed record RunReport(
    ExecutionMode Mode,
    double Seconds,
    bool IsComplete,
    ImmutableArray<FileReport> Files,
    DurableReport? Durable = null)
{
    /// <summary>Assertions that hold.</summary>
    public int Passed => Files.Sum(static f => f.Passed);

    /// <summary>Assertions that do not hold, and other forms that failed.</summary>
    public int Failed => Files.Sum(static f => f.Failed);

    /// <summary>Forms that were skipped.</summary>
    public int Skipped => Files.Sum(static f => f.Skipped);

    /// <summary>All that was counted.</summary>
    public int Assertions => Files.Sum(static f => f.Assertions);

    /// <summary>The run in one line.</summary>
    public string Summary => $"conformance: {Passed} passed, {Failed} failed, {Skipped} skipped of {Assertions} assertions in {Files.Length} files";
}
