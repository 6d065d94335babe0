namespace WasmActors.Actors.Admission;

/// <summary>
/// How long one takes of those that wait in a line, measured while the line stands. A line that has only just come up tells nothing:
/// one long call, and many short ones behind it, are no overload.
/// </summary>
/// <remarks>Written by one thread at a time. Times are in any unit of about a nanosecond to a microsecond.</remarks>
internal sealed class DrainRate
{
    // A window has so many at least, and two in a row must tell the same.
    private const int LeastItems = 16;

    private double _time;
    private long _items;
    private double _previous;
    private double _perItem;

    /// <summary>Time for each; 0 while it is not known. Read from any thread.</summary>
    internal double PerItem => Volatile.Read(ref _perItem);

    /// <summary>Whether anything was added since the last reset.</summary>
    internal bool IsMeasuring => _time > 0 || _items > 0 || _previous > 0;

    /// <summary>So many more were taken out of the line in so much time.</summary>
    internal void Add(double time, long items)
    {
        _time += time;
        _items += items;
        if (_items < LeastItems || _time <= 0)
        {
            return;
        }

        double now = _time / _items;
        if (_previous > 0)
        {
            Volatile.Write(ref _perItem, Math.Min(_previous, now)); // the shorter: one that took long among them is no rule
        }

        _previous = now;
        _time = 0;
        _items = 0;
    }

    /// <summary>The line is empty.</summary>
    internal void Reset()
    {
        _time = 0;
        _items = 0;
        _previous = 0;
        Volatile.Write(ref _perItem, 0);
    }
}
