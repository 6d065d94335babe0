using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Leasing;

/// <summary>
/// A node's right to answer for its keys. It ends by itself, before other nodes can have removed this one and started its keys anew, unless
/// a majority of the members confirms in time that this node is one of them. Used from any thread.
/// </summary>
/// <remarks>The clock counts while the process is stopped: a node that was paused finds that its right has ended before it answers anything.</remarks>
internal sealed class KeyLease
{
    private readonly TimeProvider _clock;
    private readonly long _length;
    private readonly Lock _lock = new();
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _until;
    private bool _lost;

    /// <param name="clock">Must count while the process is stopped.</param>
    /// <param name="length">How long a confirmation holds; null for a lease that never ends.</param>
    internal KeyLease(TimeProvider clock, TimeSpan? length)
    {
        _clock = clock;
        Length = length;
        _length = (long)((length ?? default).TotalSeconds * clock.TimestampFrequency);
        _until = length is null ? long.MaxValue : long.MinValue;
    }

    /// <summary>How long a confirmation holds; null for a lease that never ends.</summary>
    internal TimeSpan? Length { get; }

    /// <summary>Whether this node may answer for its keys at this moment. Allocates nothing.</summary>
    internal bool Holds
    {
        get
        {
            long until = Volatile.Read(ref _until);
            return until == long.MaxValue || _clock.GetTimestamp() < until;
        }
    }

    /// <summary>The time at which a question is sent.</summary>
    internal long Now => _clock.GetTimestamp();

    /// <summary>A majority has confirmed it.</summary>
    /// <param name="asked">When the question was sent that the last of them has answered; <see cref="long.MaxValue"/> where this node is a majority on its own.</param>
    internal void Confirm(long asked)
    {
        lock (_lock)
        {
            long until = asked == long.MaxValue ? asked : asked + _length;
            if (_lost || Length is null)
            {
                return;
            }

            // It gets shorter only where it had no end: another node has become a member, which had to reach this one for it.
            _until = _until == long.MaxValue ? until : Math.Max(until, _until);
            if (Holds)
            {
                _held.TrySetResult();
            }
        }
    }

    /// <summary>This node is no member any more: it never holds again.</summary>
    internal void Lose()
    {
        lock (_lock)
        {
            if (Length is not null)
            {
                _lost = true;
                _until = long.MinValue;
            }
        }
    }

    /// <summary>Waits until it holds.</summary>
    /// <param name="time">The time of the call that waits.</param>
    /// <returns>False where it did not come to hold in the call's time.</returns>
    internal ValueTask<bool> HoldsAsync(CallTime time) => Holds ? ValueTask.FromResult(true) : WaitAsync(time);

    /// <summary>The failure of a call whose answer was withheld.</summary>
    internal WasmError Withheld(string function, string? key) => new(
        FunctionErrorCode.Unanswered,
        $"'{function}' with the key '{key}' has run on a node that has not heard from a majority of its cluster for {Length?.TotalSeconds ?? 0:0.###} s or longer. The key may work on another node by now, so the answer was withheld.")
    {
        Context = new CallDetails(0, default, Replayed: false, MayHaveRun: true),
    };

    private async ValueTask<bool> WaitAsync(CallTime time)
    {
        while (!Holds)
        {
            Task held;
            lock (_lock)
            {
                if (_held.Task.IsCompleted)
                {
                    _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                held = Holds ? Task.CompletedTask : _held.Task;
            }

            if (!await time.TryWaitAsync(held).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
