using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Calls;

/// <summary>
/// The stack that a guest's work runs on when it can be paused: it is run until it ends, yields or parks, and gone back to later.
/// </summary>
/// <remarks>The store has been entered whenever it is used.</remarks>
internal abstract class GuestRun : IDisposable
{
    /// <summary>Begins the work, without running it yet.</summary>
    internal abstract void Begin(GuestCall call);

    /// <summary>Runs until the guest yields or parks (false), or the work is done (true), with <paramref name="failure"/> if it failed.</summary>
    internal abstract bool Advance(GuestCall call, out WasmException? failure);

    /// <summary>Gives work up that is under way: the guest's stack is unwound.</summary>
    internal abstract void Drop(GuestCall call, WasmException reason);

    public abstract void Dispose();
}
