namespace WasmActors.Actors.Admission;

/// <summary>
/// Whether there is memory for another store. The system is asked now and then: a store itself is small, and what its guest touches later
/// shows at the next question.
/// </summary>
/// <param name="read">Asks the system; null when it does not tell, and then there is no bound.</param>
/// <param name="margin">Bytes that must be available; null for a 32nd of the limit, 32 MiB to 512 MiB; 0 for no bound.</param>
/// <param name="clock">For the time between two questions.</param>
internal sealed class MemoryBudget(Func<MemoryReading?> read, long? margin, TimeProvider clock)
{
    // After so many stores the system is asked again, however soon.
    private const int StoresBetween = 1_024;

    private readonly Lock _lock = new();
    private MemoryReading? _last;
    private long _askedAt;
    private bool _asked;
    private int _stores;

    /// <summary>The time after which the system is asked again.</summary>
    internal static TimeSpan Between { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether there is a bound at all.</summary>
    internal bool IsOn => margin != 0;

    /// <summary>Whether another store may be made.</summary>
    /// <param name="margins">How many margins must be available.</param>
    /// <param name="refusal">The figures and what must be available, when not.</param>
    internal bool HasRoom(int margins, out (MemoryReading Memory, long Margin) refusal)
    {
        refusal = default;
        if (!IsOn)
        {
            return true;
        }

        lock (_lock)
        {
            if (++_stores > StoresBetween)
            {
                _asked = false;
            }

            if (Look(Between, out _) is not { } memory)
            {
                return true;
            }

            long needed = MarginOf(memory, margins);
            refusal = (memory, needed);
            return memory.Available >= needed;
        }
    }

    /// <summary>So many margins, in bytes.</summary>
    internal long MarginOf(in MemoryReading memory, int margins)
    {
        long one = margin ?? Math.Clamp(memory.Limit / 32, 32L << 20, 512L << 20);
        return one > long.MaxValue / margins ? long.MaxValue : one * margins;
    }

    /// <summary>Returns a reading that is no older than asked for; null where the system does not tell.</summary>
    /// <param name="age">How old it may be.</param>
    /// <param name="askedAt">When the system was asked.</param>
    internal MemoryReading? Look(TimeSpan age, out long askedAt)
    {
        lock (_lock)
        {
            if (!_asked || clock.GetElapsedTime(_askedAt) >= age)
            {
                _last = read();
                _askedAt = clock.GetTimestamp();
                _asked = true;
                _stores = 0;
            }

            askedAt = _askedAt;
            return _last;
        }
    }
}
