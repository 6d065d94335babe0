using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.State;

/// <summary>Keeps the states of durable keys for all nodes.</summary>
/// <remarks>
/// All methods may be called from any thread and do not block it. A failure is one of these:
/// <c>state.corrupt</c>: the rows of this key are damaged or incomplete, and nothing is overwritten.
/// <c>state.unavailable</c>: the database rejected the request or does not answer, and nothing was changed.
/// Any other exception: it is unknown whether something was changed.
/// </remarks>
public interface IStateStore
{
    /// <summary>The number of answers that are kept of each key, the newest ones; at least 1.</summary>
    int AnswersPerKey { get; }

    /// <summary>Reads the state of a key as of one moment.</summary>
    /// <returns>Null if the key has no state.</returns>
    /// <exception cref="WasmError"><c>state.corrupt</c>, <c>state.unavailable</c></exception>
    Task<StoredState?> FindAsync(string function, string key, CancellationToken cancellation = default);

    /// <summary>Stores commits in one transaction, each judged alone.</summary>
    /// <remarks>
    /// A commit is stored only if its state has the sequence before it and, for sequence 1, if the key has no state.
    /// All rows of
    /// a commit are stored or none. When the task ends, what is committed survives a killed process; whether it also
    /// survives a
    /// power failure depends on the database's settings. A commit that is stored already, with the same
    /// <see cref="StateCommit.Nonce"/>, counts as committed: after an unknown outcome, the same commits are sent again.
    /// </remarks>
    /// <param name="commits">The commits; those of one state in the order of their sequences.</param>
    /// <param name="cancellation">Gives the attempt up; the commits may be stored all the same.</param>
    /// <returns>The outcome of each commit, in their order.</returns>
    /// <exception cref="WasmError"><c>state.unavailable</c>: none of the commits is stored.</exception>
    Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<StateCommit> commits,
        CancellationToken cancellation = default);

    /// <summary>Reads how far states have come. Sees every commit that was answered before the read began, on any
    /// node.</summary>
    /// <returns>For each key in their order: its head, or null if it has no state.</returns>
    /// <exception cref="WasmError"><c>state.unavailable</c></exception>
    Task<IReadOnlyList<StateHead?>> NewestAsync(IReadOnlyList<(string Function, string Key)> keys,
        CancellationToken cancellation = default);

    /// <summary>Lists states in the order of functions and keys.</summary>
    /// <param name="function">The function whose states are listed; null for all functions.</param>
    /// <param name="after">The cursor of the page before; null for the first page.</param>
    /// <param name="limit">Most states of the page.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="WasmError"><c>state.unavailable</c></exception>
    Task<StatePage> ListAsync(string? function, string? after, int limit, CancellationToken cancellation = default);

    /// <summary>Returns whether a state was made by a module, so that its key needs the module.</summary>
    /// <param name="moduleDigest">The module's digest.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="WasmError"><c>state.unavailable</c></exception>
    Task<bool> HasModuleAsync(string moduleDigest, CancellationToken cancellation = default);

    /// <summary>Deletes the state of a key, also a damaged one. A store in memory that continues it is
    /// fenced.</summary>
    /// <returns>False if the key had no state.</returns>
    /// <exception cref="WasmError"><c>state.unavailable</c></exception>
    Task<bool> DeleteAsync(string function, string key, CancellationToken cancellation = default);

    /// <summary>Deletes all states that versions of a function have made, up to one of its versions.</summary>
    /// <remarks>Version numbers of a function are never used twice, also not after it was deleted. So the deletion can
    /// be
    /// repeated at any time without touching the states of a function that was deployed again under the name. From its
    /// first
    /// step on, no state of these versions is found or created. Repeat it if it fails.</remarks>
    /// <param name="function">The function's name.</param>
    /// <param name="throughVersion">The greatest version whose states are deleted.</param>
    /// <param name="cancellation">Gives the attempt up; some states may be deleted all the same.</param>
    /// <exception cref="WasmError"><c>state.unavailable</c></exception>
    Task DeleteFunctionAsync(string function, int throughVersion, CancellationToken cancellation = default);
}
