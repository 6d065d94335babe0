namespace WasmActors.Conformance.Reports;

/// <summary>What became of one form that did not pass.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Form">The word that it begins with; empty where the script cannot be read.</param>
/// <param name="Outcome">Failed or skipped.</param>
/// <param name="Expected">What the script says, or null.</param>
/// <param name="Actual">What came instead, or null.</param>
/// <param name="Reason">Why it was skipped, or null.</param>
internal sealed record FormResult(int Line, string Form, Outcome Outcome, string? Expected, string? Actual, string? Reason);
