using Serilog;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.State.Commits;

/// <summary>
/// The line of commits of a node. While one transaction is under way, it collects the commits of all keys that come
/// meanwhile, and
/// stores them in the next transaction.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A commit that was answered <see cref="CommitOutcome.Committed"/> is stored, and the next activation of the key
/// finds it.</item>
/// <item>Commits of one key are judged in the order in which they entered. If one of them is not stored, later ones of
/// this
/// owner are fenced.</item>
/// <item>Of a commit that failed with <c>state.unavailable</c> or <c>call.busy</c>, or was cancelled
/// (<see cref="OperationCanceledException"/>), nothing is stored.</item>
/// <item>If the database fails in the middle of a transaction, the same commits are sent again until it says what
/// became of them. If
/// it does not within <see cref="LineLimits.Patience"/>, they fail with <c>call.unanswered</c>: the owner must drop its
/// store, as after
/// a fenced commit.</item>
/// <item>Every request is answered within <see cref="LineLimits.Patience"/>, even if the database never returns.</item>
/// <item>No thread is blocked. Answers continue on the thread pool.</item>
/// </list>
/// </remarks>
internal sealed class CommitLine : IAsyncDisposable
{
    private readonly GroupLine<StateCommit, CommitOutcome> _commits;
    private readonly GroupLine<(string Function, string Key), StateHead?> _reads;

    internal CommitLine(IStateStore store, ILogger log, LineLimits? limits = null, TimeProvider? time = null)
    {
        limits ??= new LineLimits();
        time ??= TimeProvider.System;
        _commits = new GroupLine<StateCommit, CommitOutcome>(
            limits, store.CommitAsync, static c => c.Bytes, isRead: false, static o =>
                o == CommitOutcome.Unknown, new CommitWatch(log, time), log, time);
        _reads = new GroupLine<(string, string), StateHead?>(
            limits, store.NewestAsync, static _ => 0, isRead: true, static _ => false, new ReadWatch(log), log, time);
    }

    /// <summary>Commits that wait or are under way.</summary>
    internal int Waiting => _commits.Requests;

    /// <summary>Stores a commit.</summary>
    /// <param name="commit">The commit. Commits of one key must enter in the order of their sequences.</param>
    /// <param name="cancellation">Takes it out of the queue. Once its transaction is under way, the wait ends with
    /// <c>call.unanswered</c>.</param>
    /// <exception cref="WasmError"><c>call.busy</c>, <c>state.unavailable</c>: it is not stored;
    /// <c>call.unanswered</c>: it is unknown.</exception>
    /// <exception cref="OperationCanceledException">It is not stored.</exception>
    internal ValueTask<CommitOutcome> CommitAsync(StateCommit commit, CancellationToken cancellation = default) =>
        _commits.EnterAsync(commit, cancellation);

    /// <summary>Reads how far the state of a key has come, as of a moment after this call: for answers of calls that
    /// changed nothing.</summary>
    /// <returns>Its head, or null if the key has no state.</returns>
    /// <exception cref="WasmError"><c>call.busy</c>, <c>state.unavailable</c></exception>
    internal ValueTask<StateHead?> NewestAsync(string function, string key, CancellationToken cancellation = default) =>
        _reads.EnterAsync((function, key), cancellation);

    /// <summary>Accepts nothing more, and waits until all commits are answered.</summary>
    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync().ConfigureAwait(false);
        await _reads.DisposeAsync().ConfigureAwait(false);
    }
}
