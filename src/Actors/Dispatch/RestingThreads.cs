namespace WasmActors.Actors.Dispatch;

/// <summary>Where threads wait that have nothing to do. Whoever has put work in line calls <see cref="Wake"/> after that.</summary>
internal sealed class RestingThreads : IDisposable
{
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _lock = new();
    private int _idle;
    private int _threads;
    private volatile bool _stopped;

    /// <summary>Whether the threads are to end.</summary>
    internal bool IsStopped => _stopped;

    /// <summary>A thread begins; it calls <see cref="Left"/> when it ends.</summary>
    internal void Joined() => Interlocked.Increment(ref _threads);

    /// <summary>Lets one of them go on, if any rests.</summary>
    internal void Wake()
    {
        Interlocked.MemoryBarrier(); // who goes to rest is seen, or sees what was put in line
        if (Volatile.Read(ref _idle) > 0)
        {
            lock (_lock)
            {
                if (!_stopped)
                {
                    _work.Release();
                }
            }
        }
    }

    /// <summary>Waits for work, unless there is some.</summary>
    internal void Rest(Func<bool> hasWork)
    {
        Interlocked.Increment(ref _idle);
        if (!hasWork() && !_stopped)
        {
            _work.Wait();
        }

        Interlocked.Decrement(ref _idle);
    }

    /// <summary>A thread ends.</summary>
    internal void Left()
    {
        if (Interlocked.Decrement(ref _threads) == 0)
        {
            lock (_lock)
            {
                _work.Dispose();
            }
        }
    }

    /// <summary>Lets all end.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_stopped && Volatile.Read(ref _threads) is var threads and > 0)
            {
                _stopped = true;
                _work.Release(threads);
            }

            _stopped = true;
        }
    }
}
