using System.Collections.Concurrent;
using WasmActors.Functions.State;

namespace WasmActors.Functions.Tests.Support;

/// <summary>Keeps states in memory, as a database would. Can be made to fail, and counts what it is asked for.</summary>
internal sealed class MemoryStates : IStateStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Function, string Key), StoredState> _states = [];

    /// <summary>What each commit meets before it is judged; null for nothing.</summary>
    internal Func<StateCommit, Task>? Before { get; set; }

    public int AnswersPerKey => 3;

    internal ConcurrentQueue<StateCommit> Commits { get; } = new();

    internal StoredState? this[string function, string key]
    {
        get
        {
            lock (_gate)
            {
                return _states.GetValueOrDefault((function, key));
            }
        }
    }

    public Task<StoredState?> FindAsync(string function, string key, CancellationToken cancellation = default) => Task.FromResult(this[function, key]);

    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<StateCommit> commits, CancellationToken cancellation = default)
    {
        foreach (var commit in commits)
        {
            await (Before?.Invoke(commit) ?? Task.CompletedTask);
        }

        lock (_gate)
        {
            return [.. commits.Select(Judge)];
        }
    }

    public Task<IReadOnlyList<StateHead?>> NewestAsync(IReadOnlyList<(string Function, string Key)> keys, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<StateHead?>>([.. keys.Select(k => this[k.Function, k.Key] is { } state ? new StateHead(state.Id, state.Sequence) : (StateHead?)null)]);

    public Task<StatePage> ListAsync(string? function, string? after, int limit, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<bool> HasModuleAsync(string moduleDigest, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            return Task.FromResult(_states.Values.Any(s => s.ModuleDigest == moduleDigest));
        }
    }

    public Task<bool> DeleteAsync(string function, string key, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            return Task.FromResult(_states.Remove((function, key)));
        }
    }

    public Task DeleteFunctionAsync(string function, int throughVersion, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            foreach (var state in _states.Where(s => s.Key.Function == function && s.Value.Version <= throughVersion).ToList())
            {
                _states.Remove(state.Key);
            }
        }

        return Task.CompletedTask;
    }

    private CommitOutcome Judge(StateCommit commit)
    {
        var before = _states.GetValueOrDefault((commit.Function, commit.Key));
        if (commit.Sequence != (before?.Sequence ?? 0) + 1 || (before is not null && before.Id != commit.State))
        {
            return CommitOutcome.Fenced;
        }

        Commits.Enqueue(commit);
        IReadOnlyList<byte[]> deltas = commit.Base is null ? [.. before?.Deltas ?? [], commit.Delta] : [];
        IReadOnlyList<StoredAnswer> answers = commit.Answer is null ? before?.Answers ?? [] : [.. (before?.Answers ?? []).TakeLast(AnswersPerKey - 1), commit.Answer];
        _states[(commit.Function, commit.Key)] = new StoredState(commit.State, commit.ModuleDigest, commit.Version, commit.Sequence, commit.Base ?? before?.Base, deltas, answers);
        return CommitOutcome.Committed;
    }
}
