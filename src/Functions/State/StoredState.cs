namespace WasmActors.Functions.State;

/// <summary>The state of a key, as it is stored.</summary>
/// <param name="Id">The state's id. A state that is created again after a deletion has another one.</param>
/// <param name="ModuleDigest">The digest of the module that made the newest commit.</param>
/// <param name="Version">The version of the function that made the newest commit.</param>
/// <param name="Sequence">The sequence of the newest commit.</param>
/// <param name="Base">The newest checkpoint; null if there was none: the deltas then begin at a fresh instance.</param>
/// <param name="Deltas">The deltas after the checkpoint, in the order of their sequences, without a gap.</param>
/// <param name="Answers">The answers that are kept, oldest first.</param>
public sealed record StoredState(
    long Id,
    string ModuleDigest,
    int Version,
    long Sequence,
    byte[]? Base,
    IReadOnlyList<byte[]> Deltas,
    IReadOnlyList<StoredAnswer> Answers);
