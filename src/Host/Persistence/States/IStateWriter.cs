using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Persistence.States;

/// <summary>The part of a store of states that differs between databases, because it is executed for every
/// call.</summary>
internal interface IStateWriter : IAsyncDisposable
{
    /// <summary>Stores a group of commits in one transaction.</summary>
    /// <param name="commits">The commits.</param>
    /// <param name="chunks">The chunks of each checkpoint, by the place of its commit.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="WasmError"><c>state.unavailable</c>: nothing was stored. Other exceptions: that is
    /// unknown.</exception>
    Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<StateCommit> commits, IReadOnlyDictionary<int,
        IReadOnlyList<BaseChunk>> chunks, CancellationToken cancellation);

    /// <summary>Reads how far states have come.</summary>
    Task<IReadOnlyList<StateHead?>> NewestAsync(IReadOnlyList<(string Function, string Key)> keys,
        CancellationToken cancellation);
}
