namespace WasmActors.Functions.State;

/// <summary>A stored state in a list.</summary>
/// <param name="Id">The state's id.</param>
/// <param name="Function">The function's name.</param>
/// <param name="Key">The key.</param>
/// <param name="ModuleDigest">The digest of the module that made the newest commit.</param>
/// <param name="Version">The version of the function that made the newest commit.</param>
/// <param name="Sequence">The sequence of the newest commit.</param>
/// <param name="BaseSequence">The sequence of the newest checkpoint; 0 if there was none.</param>
/// <param name="Bytes">Bytes that the checkpoint and the deltas take in the database.</param>
/// <param name="ChangedAt">When the newest commit was made, by the clock of its node.</param>
public sealed record StateSummary(
    long Id,
    string Function,
    string Key,
    string ModuleDigest,
    int Version,
    long Sequence,
    long BaseSequence,
    long Bytes,
    DateTimeOffset ChangedAt);
