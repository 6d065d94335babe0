using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Persistence.States;

/// <summary>The failures of the database of states.</summary>
internal static class StateFailures
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The database failed, and nothing was changed.</summary>
    public static WasmError Unavailable(Exception cause) => new(
        ErrorCode.StateUnavailable,
        $"The database of states failed: {cause.Message} Nothing was stored. Try again later; "
        + "if it lasts, check the database and the space on its disk.",
        cause)
    {
        RetryAfter = s_retryAfter,
    };

    /// <summary>The rows of a key are damaged.</summary>
    public static WasmError Corrupt(string function, string key, string problem) => new(
        ErrorCode.StateCorrupt,
        $"The stored state of '{key}' of {function} is damaged: {problem}. Nothing was overwritten. "
        + "Restore the database from a backup, or delete the state of this key.");
}
