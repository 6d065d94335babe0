namespace WasmActors.Host.Persistence.States;

/// <summary>What a commit of a durable key survives, if the states are in SQLite.</summary>
internal enum StateDurability
{
    /// <summary>A killed process, and a power failure: each group of commits is flushed to the disk.</summary>
    Full,

    /// <summary>A killed process. After a power failure the last commits may be lost, of all keys as of the same
    /// moment.</summary>
    Normal,
}
