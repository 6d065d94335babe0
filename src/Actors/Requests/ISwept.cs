using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Requests;

/// <summary>What <see cref="RequestSweeper"/> looks at, on its own thread.</summary>
internal interface ISwept
{
    /// <summary>The store that it is for.</summary>
    StoreCell Cell { get; }

    /// <summary>Whether anything is under way, for the sweeper to stay awake.</summary>
    bool IsActive { get; }

    /// <summary>When it is next to be looked at; <see cref="long.MaxValue"/> for never.</summary>
    long NextDue { get; }

    /// <summary>Ends what is late.</summary>
    void Sweep();
}
