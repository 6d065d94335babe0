using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Stores;

// Why a guest that runs is ended.
public sealed partial class WasmStore
{
    /// <summary>Called at each tick while a guest runs: the failure that ends it, or null to go on.</summary>
    internal WasmException? CheckInterrupt()
    {
        if (Engine.EndsGuests)
        {
            return Interrupt(ErrorCode.StoreGone, "The host of the store was disposed while the guest was running.");
        }

        for (int i = 0; i < _callDepth; i++)
        {
            if (_levels[i].Signal?.Interruption is { } reason)
            {
                return reason == Interruption.Cancelled ? Interrupt(ErrorCode.Cancelled, "The call was cancelled while the guest was running.") : Late();
            }
        }

        return _deadline != long.MaxValue && Engine.EpochClock.Now >= _deadline ? Late() : null;
    }

    private Trap Late() => Interrupt(ErrorCode.DeadlineExceeded, "The guest was still running at the call's deadline.");

    private Trap Interrupt(string code, string message) => new(TrapCode.Interrupt, code, message, [], null) { Owner = Identity };
}
