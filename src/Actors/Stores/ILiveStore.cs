namespace WasmActors.Actors.Stores;

/// <summary>Shows what a store's actor is doing. Any thread may read it.</summary>
internal interface ILiveStore
{
    /// <summary>Whether its guest is inside a host function now.</summary>
    bool IsInHostFunction { get; }

    /// <summary>Whether its store has been passivated.</summary>
    bool IsPassive { get; }

    /// <summary>Whether it is executing a command.</summary>
    bool IsAtWork { get; }

    /// <summary>How many commands it has started.</summary>
    long Begun { get; }
}
