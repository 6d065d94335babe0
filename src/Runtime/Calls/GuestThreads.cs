using System.Collections.Concurrent;

namespace WasmActors.Runtime.Calls;

/// <summary>An engine's threads for guests that can be paused, where guests have no stacks of Wasmtime's.</summary>
/// <param name="limit">Most threads at a time.</param>
/// <param name="stackBytes">Stack of each.</param>
internal sealed class GuestThreads(int limit, int stackBytes) : IDisposable
{
    private const int MaxIdle = 32;

    private readonly ConcurrentStack<GuestThread> _idle = new();
    private int _taken;
    private int _idleCount;
    private volatile bool _disposed;

    /// <summary>Threads that guests are on.</summary>
    internal int Taken => Volatile.Read(ref _taken);

    /// <summary>A thread for one guest; null when the limit or the system stands against it.</summary>
    internal GuestThread? Rent()
    {
        if (Interlocked.Increment(ref _taken) <= limit)
        {
            if (_idle.TryPop(out var idle))
            {
                Interlocked.Decrement(ref _idleCount);
                return idle;
            }

            try
            {
                return new GuestThread(stackBytes);
            }
            catch (OutOfMemoryException)
            {
                // That is how a thread that cannot be made is told.
            }
        }

        Interlocked.Decrement(ref _taken);
        return null;
    }

    /// <summary>Takes a thread back. One that was lowered is of no use to another guest.</summary>
    internal void GiveBack(GuestThread thread)
    {
        Interlocked.Decrement(ref _taken);
        if (thread.IsLow || _disposed || Volatile.Read(ref _idleCount) >= MaxIdle)
        {
            thread.Dispose();
            return;
        }

        Interlocked.Increment(ref _idleCount);
        _idle.Push(thread);
        if (_disposed)
        {
            EndIdle();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        EndIdle();
    }

    private void EndIdle()
    {
        while (_idle.TryPop(out var thread))
        {
            thread.Dispose();
        }
    }
}
