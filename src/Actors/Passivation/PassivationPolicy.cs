namespace WasmActors.Actors.Passivation;

/// <summary>What becomes of a store that is passivated. Either way what it held is lost, and no call that it accepted
/// is.</summary>
public enum PassivationPolicy
{
    /// <summary>Its handles stay valid: the next command makes a fresh store the same way, with the same instances and
    /// things made on
    /// request, in their first state. Functions that the guest handed out do not outlive it
    /// (<c>store.lost</c>).</summary>
    Revive,

    /// <summary>It is stopped; its handles answer <c>store.gone</c>.</summary>
    Stop,
}
