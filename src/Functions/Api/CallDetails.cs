using System.Runtime.InteropServices;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Api;

/// <summary>What the node that carried a call out tells about it beside its answer.</summary>
/// <param name="Version">Number of the function's version that answered; 0 where none was asked.</param>
/// <param name="Timing">Where the time went.</param>
/// <param name="Replayed">Whether this is the answer of an earlier call with the same idempotency key, which <paramref
/// name="Version"/> and
/// <paramref name="Timing"/> are of then.</param>
/// <param name="MayHaveRun">False where the call failed before its function was called, so that it can be made
/// again.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CallDetails(int Version, CallTiming Timing, bool Replayed, bool MayHaveRun)
{
    /// <summary>The details of a call that failed; null where no node had begun with it.</summary>
    public static CallDetails? Of(WasmException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Context as CallDetails?;
    }

    /// <summary>Whether a call that failed may have run: false means that it can be made again without running
    /// twice.</summary>
    public static bool CouldHaveRun(WasmException failure) =>
        Of(failure)?.MayHaveRun ?? (failure.Origin == FailureOrigin.Import || failure.Code is FunctionErrorCode.Unanswered or ErrorCode.Cancelled or ErrorCode.EngineError);

    /// <summary>A failure before anything was begun for its call.</summary>
    internal static WasmError NotBegun(WasmError failure)
    {
        failure.Context = default(CallDetails);
        return failure;
    }
}
