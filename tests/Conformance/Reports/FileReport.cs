using System.Collections.Immutable;

namespace WasmActors.Conformance.Reports;

/// <summary>What became of a script.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Passed">Assertions that hold.</param>
/// <param name="Failed">Assertions that do not hold, and other forms that failed.</param>
/// <param name="Skipped">Forms that were skipped.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Problems">Every form that did not pass, in order.</param>
internal sealed record FileReport(string Path, int Passed, int Failed, int Skipped, double Seconds, ImmutableArray<FormResult> Problems)
{
    /// <summary>All that was counted.</summary>
    public int Assertions => Passed + Failed + Skipped;
}
