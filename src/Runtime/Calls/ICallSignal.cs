namespace WasmActors.Runtime.Calls;

/// <summary>How somebody outside tells a running call to end. Read by the store's thread at each tick, by
/// another while the guest waits for its input; set from any.</summary>
public interface ICallSignal
{
    /// <summary>Why the call shall end, or null while it may go on.</summary>
    Interruption? Interruption { get; }
}
