namespace WasmActors.Actors.Passivation;

/// <summary>A store that may be passivated while it is idle. Any thread may use it.</summary>
internal interface IPassivatable
{
    /// <summary>Whether the store has gone for good.</summary>
    bool IsGone { get; }

    /// <summary>Bytes of memory that the host granted to its guests.</summary>
    long GrantedMemory { get; }

    /// <summary>Reads whether the store is idle now, and how many commands it has started. Returns false if it is not
    /// open.</summary>
    bool TryReadActivity(out long begun, out bool isIdle);

    /// <summary>Asks the store's actor, which decides in its own turn.</summary>
    void Send(Passivate request);
}
