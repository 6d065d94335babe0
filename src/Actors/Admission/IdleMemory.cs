namespace WasmActors.Actors.Admission;

/// <summary>Asks those who keep idle stores for guests' memory, when guests need more: one round at a time, on a thread of the pool, since who needs it is
/// in the middle of a guest.</summary>
internal sealed class IdleMemory : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private Func<long, long>[] _keepers = [];
    private long _missing;
    private int _asks;

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
        Volatile.Write(ref _missing, bytes);
        if (_keepers.Length > 0 && Interlocked.Exchange(ref _asks, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            long missing = Volatile.Read(ref _missing);
            foreach (var release in _keepers)
            {
                missing -= missing > 0 ? release(missing) : 0;
            }
        }
        finally
        {
            Volatile.Write(ref _asks, 0);
        }
    }
}
