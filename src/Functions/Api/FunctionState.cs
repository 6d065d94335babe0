namespace WasmActors.Functions.Api;

/// <summary>What becomes of the state of a keyed function's keys: its memories, tables and globals.</summary>
public enum FunctionState
{
    /// <summary>The state lives in memory, until the key is passivated, moved to another node or lost with its node.
    /// A call that fails may leave part of its changes.</summary>
    Memory,

    /// <summary>Each call's changes are committed to the node's <see cref="State.IStateStore"/> before it is answered,
    /// and a call that fails changes nothing. The state survives passivation, moves and the end of every
    /// node.</summary>
    Durable,
}
