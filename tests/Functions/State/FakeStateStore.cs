using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.State;

/// <summary>Keeps states in memory and fails as the test wants it.</summary>
internal sealed class FakeStateStore : IStateStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(long State, long Sequence), StateCommit> _stored = [];
    private readonly Dictionary<(string, string), StateHead> _heads = [];
    private readonly Queue<Func<Func<IReadOnlyList<CommitOutcome>>, Task<IReadOnlyList<CommitOutcome>>>> _script = new();

    /// <summary>The number of commits of each transaction so far.</summary>
    internal List<int> Groups { get; } = [];

    /// <summary>The number of keys of each read so far.</summary>
    internal List<int> Reads { get; } = [];

    /// <summary>What fails reads; null for nothing.</summary>
    internal Exception? ReadFailure { get; set; }

    /// <summary>The commits that are stored.</summary>
    internal IReadOnlyDictionary<(long State, long Sequence), StateCommit> Stored => _stored;

    /// <summary>Changes what becomes of the next transaction that has no change yet.</summary>
    internal void Next(Func<Func<IReadOnlyList<CommitOutcome>>, Task<IReadOnlyList<CommitOutcome>>> transaction)
    {
        lock (_lock)
        {
            _script.Enqueue(transaction);
        }
    }

    internal void NextFails() => Next(static _ => throw new WasmError(ErrorCode.StateUnavailable, "The disk is full.") { RetryAfter = TimeSpan.FromSeconds(2) });

    internal void NextIsLost(bool stores) => Next(store =>
    {
        _ = stores ? store() : null;
        throw new IOException("The connection broke.");
    });

    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<StateCommit> commits, CancellationToken cancellation = default)
    {
        Func<Func<IReadOnlyList<CommitOutcome>>, Task<IReadOnlyList<CommitOutcome>>>? change;
        lock (_lock)
        {
            Groups.Add(commits.Count);
            _script.TryDequeue(out change);
        }

        IReadOnlyList<CommitOutcome> Store()
        {
            lock (_lock)
            {
                return [.. commits.Select(Judge)];
            }
        }

        return change is null ? Store() : await change(Store);
    }

    public Task<IReadOnlyList<StateHead?>> NewestAsync(IReadOnlyList<(string Function, string Key)> keys, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            Reads.Add(keys.Count);
            return ReadFailure is { } failure
                ? Task.FromException<IReadOnlyList<StateHead?>>(failure)
                : Task.FromResult<IReadOnlyList<StateHead?>>([.. keys.Select(k => _heads.TryGetValue(k, out var head) ? head : (StateHead?)null)]);
        }
    }

    public Task<StoredState?> FindAsync(string function, string key, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<StatePage> ListAsync(string? function, string? after, int limit, CancellationToken cancellation = default) => throw new NotSupportedException();

    public int AnswersPerKey => 100;

    public Task<bool> HasModuleAsync(string moduleDigest, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<bool> DeleteAsync(string function, string key, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task DeleteFunctionAsync(string function, int throughVersion, CancellationToken cancellation = default) => throw new NotSupportedException();

    private CommitOutcome Judge(StateCommit commit)
    {
        var name = (commit.Function, commit.Key);
        var head = _heads.TryGetValue(name, out var known) ? known : new StateHead(commit.State, 0);
        if (head.State == commit.State && commit.Sequence <= head.Sequence)
        {
            return _stored[(commit.State, commit.Sequence)].Nonce == commit.Nonce ? CommitOutcome.Committed : CommitOutcome.Fenced;
        }

        if (head.State != commit.State || commit.Sequence != head.Sequence + 1)
        {
            return CommitOutcome.Fenced;
        }

        _stored.Add((commit.State, commit.Sequence), commit);
        _heads[name] = head with { Sequence = commit.Sequence };
        return CommitOutcome.Committed;
    }
}
