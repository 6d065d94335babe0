namespace WasmActors.Actors.Telemetry;

/// <summary>Decides which traps of a store are told as events: the first few of each second, so that a guest cannot flood who listens.</summary>
internal sealed class TrapBudget
{
    /// <summary>Traps of one store that are told within a second.</summary>
    internal const int PerSecond = 10;

    private readonly long _second;
    private long _windowEnd;
    private int _left;
    private long _untold;

    /// <param name="frequency">Timestamps in a second.</param>
    internal TrapBudget(long frequency) => _second = frequency;

    /// <summary>Whether a trap is to be told, and how many before it were not.</summary>
    internal bool TryTake(long now, out long untold)
    {
        if (now >= _windowEnd)
        {
            (_windowEnd, _left) = (now + _second, PerSecond);
        }

        if (_left == 0)
        {
            _untold++;
            untold = 0;
            return false;
        }

        _left--;
        (untold, _untold) = (_untold, 0);
        return true;
    }
}
