namespace WasmActors.Actors.Admission;

/// <summary>
/// How long one takes of those that wait in a line, measured while the line stands. A line that has only just come up tells nothing:
/// one long call, and many short ones behind it, are no overload.
/// </summary>
/// <remarks>
/// Written by one thread at a time. Stores have their turns in bursts, so what counts is the mean of windows that hold more than a burst;
/// two in a row must tell, and the shorter counts.
/// </remarks>
/// <param name="settled">The time, in any unit, after which few are enough for a window.</param>
internal sealed class DrainRate(double settled)
{
    private const int Few = 16;
    private const int Many = 128; // more than a turn's, see config/wasmactors.conf

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
        if (_time <= 0 || (_items < Many && (_items < Few || _time < settled)))
        {
            return;
        }

        double now = _time / _items;
        if (_previous > 0)
        {
            Volatile.Write(ref _perItem, Math.Min(_previous, now));
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
