using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>
/// What a call fails with when an import that its guest called has failed. Failures of other stores, and those about the admission and
/// the time of other calls, become the cause of <c>host.exception</c>: under their own code they would be taken for the call's.
/// </summary>
internal static class ImportFailure
{
    /// <summary>The failure as the caller of the guest gets it, always a new object: it gets a fate of its own.</summary>
    /// <param name="pending">What the import failed with, or the interruption of the guest by its own store.</param>
    /// <param name="frames">The guest's functions at the failure.</param>
    /// <param name="store">The store of the call.</param>
    internal static WasmException Of(Exception pending, IReadOnlyList<TrapFrame> frames, WasmStore store)
    {
        bool isOwn = pending is WasmException { Owner: var owner } && owner == store.Identity;
        bool isOthers = !isOwn && pending is WasmException { Owner: not 0 };
        return pending switch
        {
            Trap { IsInterruption: true } trap when isOwn => Copy(trap, frames, FailureOrigin.Store),
            Trap trap when !(isOthers && trap.IsInterruption) => Copy(trap, frames, FailureOrigin.Import),
            WasiExit exit when !isOthers => new WasiExit(exit.Status),
            WasmError error when IsKept(error, isOthers) => Copy(error, frames),
            _ => new WasmError(ErrorCode.HostException, $"A host function {Describe(pending)}", frames, pending) { Origin = FailureOrigin.Import },
        };
    }

    // About the structure of the calls rather than about a store: whoever made the outermost call has to know.
    private static bool IsKept(WasmError error, bool isOthers) => error.Code is ErrorCode.Reentrant or ErrorCode.TooDeep or ErrorCode.CannotWait
        || (!isOthers && (error.Origin == FailureOrigin.Import || !IsAboutAnotherCall(error.Code)));

    // No guest of this store could call an import if these were about its own call.
    private static bool IsAboutAnotherCall(string code) => code is ErrorCode.StoreGone or ErrorCode.StoreLost or ErrorCode.CircuitOpen
        or ErrorCode.DeadlineExceeded or ErrorCode.Cancelled or ErrorCode.Busy or ErrorCode.HostFull or ErrorCode.NoStack;

    private static string Describe(Exception pending) => pending is WasmException known
        ? $"failed: {known.Code}: {GuestText.MessageOf(known)}"
        : $"threw {pending.GetType().Name}: {GuestText.MessageOf(pending)}";

    private static Trap Copy(Trap trap, IReadOnlyList<TrapFrame> frames, FailureOrigin origin) =>
        new(trap.TrapCode, trap.Code, trap.Message, trap.Frames.Count > 0 ? trap.Frames : frames, trap.InnerException) { Origin = origin };

    private static WasmError Copy(WasmError error, IReadOnlyList<TrapFrame> frames) =>
        new(error.Code, error.Message, error.Frames.Count > 0 ? error.Frames : frames, error.InnerException)
        {
            RetryAfter = error.RetryAfter,
            Origin = FailureOrigin.Import,
        };
}
