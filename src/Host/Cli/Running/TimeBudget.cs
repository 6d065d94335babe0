using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Running;

/// <summary>The time that all calls of a run share, counted from now, and who may end them.</summary>
/// <param name="total">Null for as long as it takes.</param>
/// <param name="cancellation">Ends every call.</param>
internal sealed class TimeBudget(TimeSpan? total, CancellationToken cancellation)
{
    // A guest that runs ends within two ticks; one that waits in the host (for standard input, asleep) does not look up.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(300);

    private readonly long _start = TimeProvider.System.GetTimestamp();

    /// <summary>What is left for the next call.</summary>
    /// <exception cref="WasmError"><c>call.deadline_exceeded</c>: nothing.</exception>
    public CallOptions Rest()
    {
        if (total is not { } all)
        {
            return new CallOptions(null, cancellation);
        }

        var rest = all - TimeProvider.System.GetElapsedTime(_start);
        return rest > TimeSpan.Zero
            ? new CallOptions(rest, cancellation)
            : throw new WasmError(ErrorCode.DeadlineExceeded, "The time was used up before the call.");
    }

    /// <summary>Waits for a call, but not for a guest that does not notice its cancellation.</summary>
    /// <exception cref="WasmError"><c>call.cancelled</c>, and whatever the call throws.</exception>
    public async Task<T> SpendAsync<T>(ValueTask<T> call)
    {
        var answer = call.AsTask();
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellation.Register(cancelled.SetResult).ConfigureAwait(false);
        if (await Task.WhenAny(answer, cancelled.Task).ConfigureAwait(false) == answer)
        {
            return await answer.ConfigureAwait(false);
        }

        try
        {
            return await answer.WaitAsync(s_grace, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new WasmError(ErrorCode.Cancelled, "Cancelled while the guest was waiting in the host.");
        }
    }
}
