namespace WasmActors.Functions.Passivation;

/// <summary>Idle keys that may be so for the same time, the longest idle first. A list whose links are the keys' own.</summary>
internal sealed class RestingLine(TimeSpan idleTime)
{
    private RestingKey? _last;

    /// <summary>How long its keys may be idle.</summary>
    internal TimeSpan IdleTime => idleTime;

    /// <summary>The key that is idle longest; null for none.</summary>
    internal RestingKey? First { get; private set; }

    internal void Add(RestingKey key)
    {
        (key.Line, key.Before, key.Behind) = (this, _last, null);
        if (_last is { } last)
        {
            last.Behind = key;
        }
        else
        {
            First = key;
        }

        _last = key;
    }

    internal void Remove(RestingKey key)
    {
        if (key.Before is { } before)
        {
            before.Behind = key.Behind;
        }
        else
        {
            First = key.Behind;
        }

        if (key.Behind is { } behind)
        {
            behind.Before = key.Before;
        }
        else
        {
            _last = key.Before;
        }

        (key.Line, key.Before, key.Behind) = (null, null, null);
    }
}
