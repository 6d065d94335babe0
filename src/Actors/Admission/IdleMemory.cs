namespace WasmActors.Actors.Admission;

/// <summary>Asks those who keep idle stores for guests' memory, when guests need more: one round at a time, on a thread of the pool, since who needs it is
/// in the middle of a guest. Calls that begin meanwhile can wait until it was returned. Used from any thread.</summary>
internal sealed class IdleMemory : IThreadPoolWorkItem
{
    // Stores that were asked may be used again, and return nothing.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Func<long, long>[] _keepers = [];
    private TaskCompletionSource? _awaited;
    private long _missing;
    private bool _asks;

    /// <summary>Whether memory was asked for and has not been returned.</summary>
    internal bool IsAwaited => Volatile.Read(ref _awaited) is not null;

    /// <summary>Adds a keeper.</summary>
    /// <param name="release">Has idle stores end that have so many bytes or all that there are, the longest idle first, and returns how many they have. It
    /// does not wait.</param>
    internal void Add(Func<long, long> release)
    {
        lock (_lock)
        {
            _keepers = [.. _keepers, release];
        }
    }

    /// <summary>Removes a keeper.</summary>
    internal void Remove(Func<long, long> release)
    {
        lock (_lock)
        {
            _keepers = [.. _keepers.Where(k => k != release)];
        }
    }

    /// <summary>Asks for so many bytes.</summary>
    internal void Ask(long bytes)
    {
        lock (_lock)
        {
            if (_asks || _keepers.Length == 0)
            {
                return;
            }

            _asks = true;
            _missing = bytes;
            _awaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>A store returned so many bytes.</summary>
    internal void Returned(long bytes)
    {
        if (!IsAwaited)
        {
            return;
        }

        lock (_lock)
        {
            _missing -= bytes;
            if (!_asks && _missing <= 0)
            {
                NoLongerAwaited();
            }
        }
    }

    /// <summary>Waits until what was asked for has been returned, and no longer than that can take.</summary>
    internal async Task WaitAsync(TimeSpan left)
    {
        if (Volatile.Read(ref _awaited) is not { } awaited || left <= TimeSpan.Zero)
        {
            return;
        }

        var most = left < s_patience ? left : s_patience;
        await awaited.Task.WaitAsync(most).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!awaited.Task.IsCompleted && most == s_patience)
        {
            lock (_lock)
            {
                if (_awaited == awaited && !_asks)
                {
                    NoLongerAwaited(); // the next ones need not wait for it
                }
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        long wanted = Volatile.Read(ref _missing);
        long found = 0;
        try
        {
            foreach (var release in _keepers)
            {
                found += found < wanted ? release(wanted - found) : 0;
            }
        }
        finally
        {
            lock (_lock)
            {
                _asks = false;
                _missing += Math.Min(found, wanted) - wanted; // what nobody has is not waited for
                if (_missing <= 0)
                {
                    NoLongerAwaited();
                }
            }
        }
    }

    private void NoLongerAwaited()
    {
        _awaited?.TrySetResult();
        Volatile.Write(ref _awaited, null);
    }
}
