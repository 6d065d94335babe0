using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Limits;

/// <summary>
/// Advances an engine's epoch every tick, on a thread of its own with the highest priority: a timer of the thread pool
/// would starve with the pool. Rests while no store of the engine is in use.
/// </summary>
internal sealed class EpochClock : IDisposable
{
    // So many ticks without any store in use, and the clock rests.
    private const int IdleTicks = 200;

    private readonly TimeSpan _tick;
    private readonly TimeProvider _time;
    private readonly Action _increment;
    private readonly Func<bool> _anyStoreInUse;
    private readonly ManualResetEventSlim _wake = new(false, spinCount: 0);
    private readonly Thread _thread;
    private volatile bool _entered;
    private volatile bool _resting;
    private volatile bool _stopped;
    private volatile bool _unread;
    private long _now;

    /// <summary>Starts the clock.</summary>
    /// <param name="tick">Time between two ticks.</param>
    /// <param name="time">Where timestamps come from.</param>
    /// <param name="increment">Advances the epoch.</param>
    /// <param name="anyStoreInUse">Whether a store is entered right now; asked after many ticks in which none was entered.</param>
    internal EpochClock(TimeSpan tick, TimeProvider time, Action increment, Func<bool> anyStoreInUse)
    {
        _tick = tick;
        _time = time;
        _now = time.GetTimestamp();
        _increment = increment;
        _anyStoreInUse = anyStoreInUse;
        _thread = new Thread(Run) { IsBackground = true, Name = "wasm epoch clock", Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    /// <summary>Whether no guest runs, and none has for some time.</summary>
    internal bool IsResting => _resting;

    /// <summary>
    /// The current timestamp, as of the last tick: precise enough for deadlines, and many times cheaper than asking the system.
    /// </summary>
    /// <exception cref="Exception">What the settings' clock throws.</exception>
    internal long Now => _resting || _unread ? _time.GetTimestamp() : Volatile.Read(ref _now);

    /// <summary>The timestamp that lies so far ahead, a tick more rather than less; <see cref="long.MaxValue"/> for never.</summary>
    internal long After(TimeSpan delay) => After(Duration(delay));

    /// <summary>The same for a duration in the clock's own unit, see <see cref="Duration"/>.</summary>
    internal long After(long duration) => duration == long.MaxValue ? long.MaxValue : Now + duration;

    /// <summary>A delay and a tick in the clock's own unit; <see cref="long.MaxValue"/> for <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    internal long Duration(TimeSpan delay) => delay == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : (long)Math.Min(long.MaxValue / 4, (delay.TotalSeconds + _tick.TotalSeconds) * _time.TimestampFrequency);

    /// <summary>
    /// To be called after a store was entered, behind a full fence: either this sees the clock resting and wakes it, or the
    /// clock sees the store in use and does not go to rest.
    /// </summary>
    internal void StoreEntered()
    {
        if (!_entered)
        {
            _entered = true;
        }

        if (_resting)
        {
            _wake.Set();
        }
    }

    public void Dispose()
    {
        _stopped = true;
        _wake.Set();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }

        _wake.Dispose();
    }

    private void Run()
    {
        PromptThread.Become();
        int idle = 0;
        while (!_stopped)
        {
            if (!_wake.Wait(_tick))
            {
                ReadTime();
                _increment();
            }
            else if (!_stopped)
            {
                _wake.Reset();
            }

            idle = _entered ? 0 : idle + 1;
            _entered = false;
            if (idle >= IdleTicks)
            {
                Rest();
                idle = 0;
            }
        }
    }

    // A clock of the user's that throws must not end this thread, and with it the process: who asks for the time reads it, and
    // gets the exception.
    private void ReadTime()
    {
        try
        {
            Volatile.Write(ref _now, _time.GetTimestamp());
            _unread = false;
        }
        catch (Exception)
        {
            _unread = true;
        }
    }

    private void Rest()
    {
        _resting = true;
        Interlocked.MemoryBarrier();
        if (!_anyStoreInUse())
        {
            _wake.Wait();
        }

        ReadTime();
        _resting = false;
        if (!_stopped)
        {
            _wake.Reset();
        }
    }
}
