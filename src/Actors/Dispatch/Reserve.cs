namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Keeps a worker free for tenants whose calls are short, while guests of others keep on. A turn of those others is as long as a slice, or
/// as one instruction that nothing interrupts, such as a large <c>memory.fill</c>; with all workers in such turns a short call would wait for one.
/// </summary>
/// <remarks>It is kept only while tenants with short calls come: otherwise those whose guests keep on have all workers. Who waits for it
/// has the threads of the background too, when those have nothing else to do.</remarks>
/// <param name="workers">Workers that there are.</param>
/// <param name="kept">How many of them are kept; one is left to others in any case.</param>
/// <param name="memory">After so long without guests in the background, or without turns of tenants that have none, it is another time.</param>
/// <param name="clock">Where timestamps come from.</param>
internal sealed class Reserve(int workers, int kept, TimeSpan memory, TimeProvider clock)
{
    /// <summary>The timestamp while nobody's guests keep on.</summary>
    internal const long Never = long.MaxValue;

    // Shorter ones ended by chance: the tick came in the middle of a short call.
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(0.5);

    // Time of a processor that turns which end with a paused guest take of a tenant's that counts as one whose guests keep on.
    private static readonly TimeSpan s_much = TimeSpan.FromMilliseconds(5);

    private readonly long _memory = (long)(memory.TotalSeconds * clock.TimestampFrequency);
    private readonly int _forLasting = Math.Max(1, workers - kept);
    private long _lastingUntil;
    private long _shortUntil;
    private int _running;

    /// <summary>A timestamp, or <see cref="Never"/> while nobody's guests keep on, which is cheap to find out.</summary>
    internal long Now
    {
        get
        {
            if (Volatile.Read(ref _lastingUntil) == 0)
            {
                return Never;
            }

            long now = clock.GetTimestamp();
            if (now < Volatile.Read(ref _lastingUntil))
            {
                return now;
            }

            Volatile.Write(ref _lastingUntil, 0);
            return Never;
        }
    }

    /// <summary>A turn ended with a guest that goes on later. After the first the tenant's turns are measured: others may have had the processor.</summary>
    /// <param name="lasting">Whose it is.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="took">How long the turn was.</param>
    /// <param name="processor">Time of a processor that it had; null when that was not measured.</param>
    internal void Deferred(LastingGuests lasting, long now, TimeSpan took, TimeSpan? processor)
    {
        if (processor is { } had)
        {
            if (lasting.Add(had) >= s_much)
            {
                Lasts(lasting);
                lasting.Measure(now + _memory);
            }
        }
        else if (took >= s_slice && !lasting.IsMeasured(now))
        {
            lasting.Measure(now + _memory);
        }
    }

    /// <summary>A guest went to the background, or a tenant's slices take much time.</summary>
    internal void Lasts(LastingGuests lasting)
    {
        long until = clock.GetTimestamp() + _memory;
        lasting.Note(until);
        Volatile.Write(ref _lastingUntil, until);
    }

    /// <summary>A tenant has a turn whose guests do not keep on, while somebody's do.</summary>
    internal void HasShort(long now)
    {
        // Not each time: all workers read it.
        if (Volatile.Read(ref _shortUntil) - now < _memory / 2)
        {
            Volatile.Write(ref _shortUntil, now + _memory);
        }
    }

    /// <summary>How long the worker is kept from a timestamp on, unless another short call comes.</summary>
    internal TimeSpan KeptFor(long now) => clock.GetElapsedTime(now, Math.Max(now, Math.Min(Volatile.Read(ref _shortUntil), Volatile.Read(ref _lastingUntil))));

    /// <summary>Whether a tenant whose guests keep on may have a worker.</summary>
    internal bool HasRoom(long now) => Volatile.Read(ref _running) < Limit(now);

    /// <summary>Lets a tenant whose guests keep on have a worker, until <see cref="Leave"/>; false when it must wait for one.</summary>
    internal bool TryEnter(long now)
    {
        int limit = Limit(now);
        int running = Volatile.Read(ref _running);
        while (running < limit)
        {
            int seen = Interlocked.CompareExchange(ref _running, running + 1, running);
            if (seen == running)
            {
                return true;
            }

            running = seen;
        }

        return false;
    }

    /// <summary>It does not need it any more.</summary>
    internal void Leave() => Interlocked.Decrement(ref _running);

    private int Limit(long now) => now < Volatile.Read(ref _shortUntil) ? _forLasting : int.MaxValue;
}
