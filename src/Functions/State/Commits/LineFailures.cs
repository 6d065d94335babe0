using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.State.Commits;

/// <summary>The failures of a line of requests to the database of states.</summary>
internal static class LineFailures
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_leastRetryAfter = TimeSpan.FromMilliseconds(1);

    /// <summary>The line is full.</summary>
    /// <param name="limits">Its bounds.</param>
    /// <param name="lastGroup">How long the last transaction took.</param>
    internal static WasmError Busy(LineLimits limits, TimeSpan lastGroup) => new(
        ErrorCode.Busy,
        $"The line to the database of states is full: {limits.Requests} requests or {limits.Bytes} bytes wait. "
        + "Try again later.")
    {
        RetryAfter = lastGroup > s_leastRetryAfter ? lastGroup : s_leastRetryAfter,
    };

    /// <summary>The request was not sent in time.</summary>
    internal static WasmError Late(LineLimits limits) =>
        Unavailable($"it did not answer within {limits.Patience.TotalSeconds} s", null);

    /// <summary>The transaction was sent, and did not end in time.</summary>
    internal static WasmError Unconfirmed(LineLimits limits) =>
        Unanswered($"the database of states did not answer within {limits.Patience.TotalSeconds} s", null);

    /// <summary>The database cannot tell any more.</summary>
    internal static WasmError Untold() =>
        Unanswered("others have continued the state, and the commit's row is no longer kept", null);

    /// <summary>Nothing was stored.</summary>
    internal static WasmError Unavailable(string problem, Exception? cause) => new(
        ErrorCode.StateUnavailable,
        $"The database of states failed: {problem}. Nothing was stored. Try again later.",
        cause)
    {
        RetryAfter = s_retryAfter,
    };

    /// <summary>The line accepts nothing more.</summary>
    internal static WasmError Closed() => new(
        ErrorCode.StateUnavailable,
        "The node stops: its line to the database of states accepts nothing more. Nothing was stored.")
    {
        RetryAfter = s_retryAfter,
    };

    /// <summary>Nobody knows whether the commit is stored.</summary>
    internal static WasmError Unanswered(string problem, Exception? cause) => new(
        FunctionErrorCode.Unanswered,
        $"It is unknown whether the commit is stored: {problem}. "
        + "A call with an idempotency key can be repeated safely.",
        cause);
}
