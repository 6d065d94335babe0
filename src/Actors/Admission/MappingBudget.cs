namespace WasmActors.Actors.Admission;

/// <summary>
/// Keeps a process from the system's limit on memory mappings. To count them takes long, so what was taken since is added up, and the
/// system is asked again only where the sum comes near the limit: what was given back meanwhile shows then.
/// </summary>
/// <param name="limit">Most mappings; null for no bound.</param>
/// <param name="count">Asks the system how many there are; null when it does not tell.</param>
/// <param name="clock">For the time between two questions.</param>
internal sealed class MappingBudget(long? limit, Func<long?> count, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long _expected = long.MinValue;
    private long _askedAt;

    /// <summary>The least time between two questions while there is no room.</summary>
    internal static TimeSpan Between { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The process's own.</summary>
    internal static MappingBudget OfProcess { get; } = new(SystemMappings.Limit, SystemMappings.Count, TimeProvider.System);

    /// <summary>Counts so many more in, if that leaves a margin.</summary>
    /// <param name="mappings">How many; 0 only asks.</param>
    /// <param name="margin">How many must be left.</param>
    /// <param name="refusal">The figures, when there are not.</param>
    internal bool TryTake(int mappings, long margin, out (long Used, long Limit) refusal)
    {
        refusal = default;
        if (limit is not { } most)
        {
            return true;
        }

        if (Volatile.Read(ref _expected) != long.MinValue && Interlocked.Add(ref _expected, mappings) < most - margin)
        {
            return true;
        }

        lock (_lock)
        {
            bool known = _expected != long.MinValue;
            if (!known || clock.GetElapsedTime(_askedAt) >= Between)
            {
                _askedAt = clock.GetTimestamp();
                Volatile.Write(ref _expected, (count() ?? 0) + mappings);
            }

            if (_expected < most - margin)
            {
                return true;
            }

            Interlocked.Add(ref _expected, -mappings);
            refusal = (_expected, most);
            return false;
        }
    }
}
