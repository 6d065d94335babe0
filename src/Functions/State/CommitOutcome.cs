namespace WasmActors.Functions.State;

/// <summary>What became of a commit that the store has judged.</summary>
public enum CommitOutcome
{
    /// <summary>The commit is stored: what it changed survives the node.</summary>
    Committed,

    /// <summary>The state has gone on without the committer, or was deleted. Nothing of the commit is stored, and the
    /// committer must drop what it has in memory.</summary>
    Fenced,
}
