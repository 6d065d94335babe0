using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Admission;

/// <summary>How it is said that something is full: what, how full, and when it is worth trying again.</summary>
internal static class Refusals
{
    private static readonly TimeSpan s_least = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    /// <summary>When nothing was measured yet.</summary>
    internal static TimeSpan Unknown { get; } = TimeSpan.FromMilliseconds(1);

    internal static WasmError Busy(string what, TimeSpan after) => Make(ErrorCode.Busy, what, after);

    internal static WasmError Full(string what, TimeSpan after) => Make(ErrorCode.HostFull, what, after);

    /// <summary>Why a line takes too long for one more. A request wants twice the time that the line takes: that is an estimate, and what comes
    /// too late was in vain.</summary>
    internal static string TooLong(double seconds, double left) => seconds > left / 2
        ? $"too long for this one, which has {left:0.###} s"
        : "longer than requests are to wait (AdmissionOptions.LongestWait)";

    /// <summary>When half of a line will have gone, so that not all come back for the first free place.</summary>
    internal static TimeSpan HalfOf(double secondsEach, long waiting) => secondsEach > 0 ? Bounded(secondsEach * waiting / 2) : Unknown;

    private static TimeSpan Bounded(double seconds) =>
        seconds >= s_most.TotalSeconds ? s_most
        : seconds <= s_least.TotalSeconds ? s_least
        : TimeSpan.FromSeconds(seconds);

    private static WasmError Make(string code, string what, TimeSpan after) =>
        new(code, $"{what} Try again in {after.TotalMicroseconds:N0} µs.") { RetryAfter = after };
}
