namespace WasmActors.Functions.State;

/// <summary>What became of a commit that the store has judged.</summary>
public enum CommitOutcome
{
    /// <summary>The commit is stored: what it changed survives the node.</summary>
    Committed,

    /// <summary>The state has gone on without the committer, or was deleted. Nothing of the commit is stored, and the
    /// committer must drop what it has in memory.</summary>
    Fenced,

    /// <summary>Nobody can tell any more: the commit was sent again after an unknown outcome, and by then another owner
    /// had
    /// continued the state so far that the row is no longer kept. The committer must drop what it has in
    /// memory.</summary>
    Unknown,
}
