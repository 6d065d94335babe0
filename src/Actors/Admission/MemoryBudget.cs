namespace WasmActors.Actors.Admission;

/// <summary>
/// Whether there is memory for another store. The system is asked now and then: a store itself is small, and what its guest takes later
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
    private int _stores = StoresBetween;

    /// <summary>The time after which the system is asked again.</summary>
    internal static TimeSpan Between { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether another store may be made.</summary>
    /// <param name="refusal">The figures and the margin, when not.</param>
    internal bool HasRoom(out (MemoryReading Memory, long Margin) refusal)
    {
        refusal = default;
        if (margin == 0)
        {
            return true;
        }

        lock (_lock)
        {
            if (++_stores > StoresBetween || clock.GetElapsedTime(_askedAt) >= Between)
            {
                _last = read();
                _askedAt = clock.GetTimestamp();
                _stores = 0;
            }

            if (_last is not { } memory)
            {
                return true;
            }

            long needed = margin ?? Math.Clamp(memory.Limit / 32, 32L << 20, 512L << 20);
            refusal = (memory, needed);
            return memory.Available >= needed;
        }
    }
}
