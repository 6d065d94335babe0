namespace WasmActors.Conformance.Reports;

/// <summary>What became of a form.</summary>
internal enum Outcome
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It does not hold.</summary>
    Failed,

    /// <summary>It was not, or could not be, held against the product, for a reason that is known.</summary>
    Skipped,
}
