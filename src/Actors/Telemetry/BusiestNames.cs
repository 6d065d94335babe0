using System.Collections.Concurrent;

namespace WasmActors.Actors.Telemetry;

/// <summary>
/// Bounds the values of a tag: the busiest names stand for themselves, all others for <see cref="Others"/>. The first names are named at once; later, once a
/// minute, a name that was at least twice as busy as the least busy one takes its place.
/// </summary>
/// <remarks>What listens keeps each value that it has seen for ever. So no more than a number of names is ever named; then a name takes another's place only
/// if it has been named before.</remarks>
/// <param name="most">Names at a time.</param>
/// <param name="mostEver">Names in the life of the process.</param>
/// <param name="clock">Tells when a minute is over.</param>
internal sealed class BusiestNames(int most, int mostEver, TimeProvider clock)
{
    /// <summary>The value for all others, as OpenTelemetry names it.</summary>
    internal const string Others = "_OTHER";

    /// <summary>How often the names are ranked.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _ranking = new();
    private readonly long _window = (long)(Window.TotalSeconds * clock.TimestampFrequency);
    private long _ranked = clock.GetTimestamp();
    private int _named;
    private int _everNamed;

    /// <summary>The tag's value for a name, which has been used once more.</summary>
    internal string ValueOf(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            entry = Add(name);
        }

        Interlocked.Increment(ref entry.Uses);
        long ranked = Volatile.Read(ref _ranked);
        if (clock.GetTimestamp() - ranked > _window && Interlocked.CompareExchange(ref _ranked, clock.GetTimestamp(), ranked) == ranked)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static names => names.Rank(), this, preferLocal: false);
        }

        return entry.IsNamed ? name : Others;
    }

    /// <summary>Gives the places to the names that were busiest lately.</summary>
    internal void Rank()
    {
        lock (_ranking)
        {
            foreach (var (name, entry) in _entries)
            {
                entry.Score = (entry.Score / 2) + Interlocked.Exchange(ref entry.Uses, 0);
                if (entry is { Score: 0, WasNamed: false })
                {
                    _entries.TryRemove(name, out _);
                }
            }

            var named = new Stack<Entry>(_entries.Values.Where(static e => e.IsNamed).OrderByDescending(static e => e.Score));
            foreach (var busy in _entries.Values.Where(static e => !e.IsNamed && e.Score > 0).OrderByDescending(static e => e.Score))
            {
                if (!named.TryPeek(out var least) || busy.Score <= 2 * least.Score)
                {
                    break;
                }

                if (busy.WasNamed || _everNamed < mostEver)
                {
                    named.Pop().IsNamed = false;
                    _named--;
                    Name(busy);
                }
            }
        }
    }

    private Entry Add(string name)
    {
        lock (_ranking)
        {
            var entry = _entries.GetOrAdd(name, static _ => new Entry());
            if (!entry.WasNamed && _named < most && _everNamed < mostEver)
            {
                Name(entry);
            }

            return entry;
        }
    }

    private void Name(Entry entry)
    {
        _named++;
        _everNamed += entry.WasNamed ? 0 : 1;
        entry.WasNamed = true;
        entry.IsNamed = true;
    }

    private sealed class Entry
    {
        internal long Uses;
        internal volatile bool IsNamed;

        internal bool WasNamed { get; set; }

        internal long Score { get; set; }
    }
}
