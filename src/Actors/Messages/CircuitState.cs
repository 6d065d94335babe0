namespace WasmActors.Actors.Messages;

/// <summary>Whether a store that failed again and again takes commands.</summary>
public enum CircuitState
{
    /// <summary>It does.</summary>
    Closed,

    /// <summary>It has a rest: commands are answered <c>store.circuit_open</c> at once.</summary>
    Open,

    /// <summary>It is tried: the first command that succeeds closes the circuit, a failure of the store opens it
    /// again.</summary>
    HalfOpen,
}
