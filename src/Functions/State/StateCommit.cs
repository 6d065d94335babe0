namespace WasmActors.Functions.State;

/// <summary>What one call of a key changed, with the call's answer.</summary>
/// <param name="State">The state's id: <see cref="StoredState.Id"/>, or one from <see cref="StateId.New"/> for a state
/// that
/// this commit creates.</param>
/// <param name="Function">The function's name.</param>
/// <param name="Key">The key.</param>
/// <param name="ModuleDigest">The digest of the module whose state it is.</param>
/// <param name="Version">The number of the function's version.</param>
/// <param name="Sequence">One more than the sequence before. 1 creates the state.</param>
/// <param name="Delta">What the call changed, see <c>docs/state-format.md</c>.</param>
/// <param name="Answer">The call's answer; null if the call has no idempotency key.</param>
/// <param name="Base">A checkpoint: the whole state as of <paramref name="Sequence"/>. The store then no longer needs
/// older
/// deltas and deletes them. Null for none.</param>
public sealed record StateCommit(
    long State,
    string Function,
    string Key,
    string ModuleDigest,
    int Version,
    long Sequence,
    byte[] Delta,
    StoredAnswer? Answer = null,
    byte[]? Base = null)
{
    /// <summary>A random number that tells this commit from any other one of the same sequence. Default: a new
    /// one.</summary>
    /// <remarks>A commit whose outcome is unknown, because the database did not answer, is sent again. If the stored
    /// commit has
    /// the same nonce, it is this one.</remarks>
    public long Nonce { get; init; } = Random.Shared.NextInt64();

    /// <summary>The bytes that it takes in a queue and in a transaction.</summary>
    public long Bytes =>
        Delta.Length + (Base?.Length ?? 0) + (Answer is { } answer ? answer.Answer.Length + answer.RequestHash.Length
        : 0) + Overhead;

    private const int Overhead = 256;
}
