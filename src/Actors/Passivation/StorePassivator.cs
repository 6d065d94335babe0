namespace WasmActors.Actors.Passivation;

/// <summary>
/// Finds a host's stores that have been idle for long: by time, with one sweep over all of them, or on request, the
/// longest idle
/// first. It only asks the stores. Each decides in its actor's own turn, so that none is passivated during a command.
/// </summary>
/// <remarks>
/// A call reports nothing and reads no clock for this: a sweep compares a store's counter with that of the last sweep.
/// So a store is
/// passivated when it has been idle for its time, at most a quarter later.
/// </remarks>
internal sealed class StorePassivator(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPeriod = TimeSpan.FromSeconds(30);

    /// <summary>So many make room together when a host is full.</summary>
    private const int AtOnce = 16;

    private readonly Lock _lock = new();
    private IdleStore[] _stores = new IdleStore[16];
    private int _count;
    private Task<int>? _room;
    private Task? _memory;
    private ITimer? _timer;
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private bool _disposed;

    /// <summary>Adds a store; it is forgotten when it has gone.</summary>
    /// <param name="store">The store.</param>
    /// <param name="after">How long it may be idle; <see cref="Timeout.InfiniteTimeSpan"/> for one that is passivated
    /// on request only.</param>
    internal void Add(IPassivatable store, TimeSpan after)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            if (_count == _stores.Length)
            {
                Array.Resize(ref _stores, _count * 2);
            }

            _stores[_count++] = new IdleStore(store, after, TryReadClock() ?? 0);
            Hasten(after);
        }
    }

    /// <summary>Asks stores whose guests were granted memory, the longest idle first, until they have so many bytes
    /// together. Does
    /// not wait for their answers. Another round begins only when all of them have answered.</summary>
    /// <returns>How many bytes they have.</returns>
    internal long ReleaseMemory(long bytes)
    {
        List<IdleStore> chosen = [];
        long found = 0;
        PassivationRound round;
        lock (_lock)
        {
            if (_memory is { IsCompleted: false })
            {
                return bytes; // those that were asked may be enough
            }

            long now = TryReadClock() ?? 0;
            ForEach((ref IdleStore store) =>
            {
                if (store.Look(now) && store.Store.GrantedMemory > 0)
                {
                    chosen.Add(store);
                }
            });
            chosen.Sort(static (one, other) => one.Since.CompareTo(other.Since));
            int count = 0;
            while (count < chosen.Count && found < bytes)
            {
                found += chosen[count++].Store.GrantedMemory;
            }

            chosen.RemoveRange(count, chosen.Count - count);
            if (count == 0)
            {
                return 0;
            }

            round = new PassivationRound(count);
            _memory = round.Done;
        }

        foreach (var store in chosen)
        {
            Ask(store, round);
        }

        return found;
    }

    /// <summary>Asks stores that have been idle for longest, until all of them have answered.</summary>
    /// <param name="count">How many, at most.</param>
    /// <returns>How many were passivated: fewer than asked for when fewer are idle.</returns>
    internal Task<int> PassivateAsync(int count)
    {
        var chosen = new PriorityQueue<IdleStore, long>(); // the least idle of those chosen first
        lock (_lock)
        {
            long now = TryReadClock() ?? 0;
            ForEach((ref IdleStore store) =>
            {
                if (store.Look(now) && count > 0)
                {
                    if (chosen.Count < count)
                    {
                        chosen.Enqueue(store, -store.Since);
                    }
                    else
                    {
                        chosen.EnqueueDequeue(store, -store.Since);
                    }
                }
            });
        }

        if (chosen.Count == 0)
        {
            return Task.FromResult(0);
        }

        var round = new PassivationRound(chosen.Count);
        while (chosen.TryDequeue(out var store, out _))
        {
            Ask(store, round);
        }

        return round.Done;
    }

    /// <summary>Asks some stores that have been idle for longest. If a round is under way, waits for that
    /// one.</summary>
    internal Task MakeRoomAsync()
    {
        lock (_lock)
        {
            return _room is { IsCompleted: false } room ? room : _room = PassivateAsync(AtOnce);
        }
    }

    /// <summary>Forgets all stores, and sweeps no more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
            _stores = [];
            _count = 0;
        }
    }

    // A clock of the user's that throws passivates nothing, and must not end the process.
    private void Sweep()
    {
        lock (_lock)
        {
            if (TryReadClock() is { } now)
            {
                ForEach((ref IdleStore store) =>
                {
                    bool isLimited = store.After != Timeout.InfiniteTimeSpan;
                    if (store.Look(now) && isLimited && clock.GetElapsedTime(store.Since, now) >= store.After)
                    {
                        Ask(store, null);
                    }
                });
            }
        }
    }

    private long? TryReadClock()
    {
        try
        {
            return clock.GetTimestamp();
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static void Ask(in IdleStore store, PassivationRound? round) =>
        store.Store.Send(new Passivate(store.Begun, round));

    // Those that have gone are forgotten: the last takes their place.
    private void ForEach(Visit visit)
    {
        for (int i = _count - 1; i >= 0; i--)
        {
            if (_stores[i].Store.IsGone)
            {
                _stores[i] = _stores[--_count];
                _stores[_count] = default;
            }
            else
            {
                visit(ref _stores[i]);
            }
        }
    }

    private void Hasten(TimeSpan after)
    {
        var period = after == Timeout.InfiniteTimeSpan || after / 4 > s_longestPeriod ? s_longestPeriod
            : after / 4 < s_shortestPeriod ? s_shortestPeriod
            : after / 4;
        if (_timer is null)
        {
            _period = period;
            _timer = clock.CreateTimer(static passivator => ((StorePassivator)passivator!).Sweep(), this, period, period);
        }
        else if (period < _period)
        {
            _period = period;
            _timer.Change(period, period);
        }
    }

    private delegate void Visit(ref IdleStore store);
}
