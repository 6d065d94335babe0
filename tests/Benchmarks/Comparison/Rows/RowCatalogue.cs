namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>All rows, in the order of a run.</summary>
internal static class RowCatalogue
{
    internal static IReadOnlyList<Row> All { get; } =
    [
        CallRow.Define(),
        InlineImportRow.Define(),
        ServedImportRow.Define(),
        ParkedRow.Define(),
        StartRow.Define(),
        LiveRow.Define(),
        FairnessRow.Define(),
        WorkRow.Define(),
    ];
}
