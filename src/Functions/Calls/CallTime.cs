using System.Runtime.InteropServices;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Calls;

/// <summary>The time of one call, which several steps share.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct CallTime
{
    private readonly TimeProvider _clock;
    private readonly long _until;

    internal CallTime(TimeProvider clock, TimeSpan within)
    {
        _clock = clock;
        _until = clock.GetTimestamp() + (long)(within.TotalSeconds * clock.TimestampFrequency);
    }

    /// <summary>This time, and no more than so long from now.</summary>
    internal CallTime AtMost(TimeSpan longest) => Left <= longest ? this : new CallTime(_clock, longest);

    /// <summary>What is left; zero when it is over.</summary>
    internal TimeSpan Left
    {
        get
        {
            long left = _until - _clock.GetTimestamp();
            return left <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(left / (double)_clock.TimestampFrequency);
        }
    }

    /// <summary>Whether nothing is left.</summary>
    internal bool IsOver => _until <= _clock.GetTimestamp();

    /// <summary>What is left, for the next step.</summary>
    /// <exception cref="WasmError"><c>call.deadline_exceeded</c></exception>
    internal TimeSpan Take(string what)
    {
        var left = Left;
        return left > TimeSpan.Zero ? left : throw Over(what);
    }

    /// <summary>Waits for a step no longer than is left.</summary>
    /// <exception cref="WasmError"><c>call.deadline_exceeded</c></exception>
    internal async Task<T> WaitAsync<T>(Task<T> step, string what)
    {
        try
        {
            return await step.WaitAsync(Left, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!step.IsCompleted || IsOver)
        {
            throw Over(what);
        }
    }

    /// <summary>Waits for something no longer than is left.</summary>
    /// <returns>False where it did not come in time.</returns>
    internal async Task<bool> TryWaitAsync(Task step)
    {
        try
        {
            await step.WaitAsync(Left, _clock).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!step.IsCompleted || IsOver)
        {
            return false;
        }
    }

    internal static WasmError Over(string what) => new(ErrorCode.DeadlineExceeded, $"The call's time was over while {what}.");
}
