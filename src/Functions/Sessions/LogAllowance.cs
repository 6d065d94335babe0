namespace WasmActors.Functions.Sessions;

/// <summary>How much may be logged in a second. Used from any thread.</summary>
internal sealed class LogAllowance(TimeProvider clock, int lines, int bytes)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long _since;
    private int _linesUsed;
    private int _bytesUsed;

    /// <summary>Takes a line's share; false where too much was logged in this second.</summary>
    internal bool TryTake(int length)
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            if (_linesUsed == 0 || clock.GetElapsedTime(_since, now) >= s_window)
            {
                (_since, _linesUsed, _bytesUsed) = (now, 0, 0);
            }

            bool fits = _linesUsed < lines && _bytesUsed + length <= bytes;
            if (fits)
            {
                _linesUsed++;
                _bytesUsed += length;
            }

            return fits;
        }
    }
}
