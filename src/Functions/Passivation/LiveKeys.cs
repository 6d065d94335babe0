using Akka.Actor;
using WasmActors.Functions.Calls;

namespace WasmActors.Functions.Passivation;

/// <summary>
/// The keys of a node: how many have a store, and which are idle. Asks those to go whose idle time is over, and the longest idle ones where more
/// have a store than may; nobody waits for that, so that for moments there are more. Used from any thread.
/// </summary>
internal sealed class LiveKeys : IDisposable
{
    private const int MostAtOnce = 32;
    private const int PartAtOnce = 64; // of the keys with a store
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_lately = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly int _limit;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<(TimeSpan IdleTime, bool HasMemory), RestingLine> _lines = [];
    private TaskCompletionSource? _answered;
    private long? _endedAt;
    private int _live;
    private int _leaving;
    private long _leavingMemory;

    /// <param name="clock">Of idle times.</param>
    /// <param name="limit">Keys that may have a store.</param>
    internal LiveKeys(TimeProvider clock, int limit)
    {
        _clock = clock;
        _limit = limit;
        _timer = clock.CreateTimer(_ => AskIdle(), null, s_round, s_round);
    }

    /// <summary>Keys with a store, those that are about to go included.</summary>
    internal int Live
    {
        get
        {
            lock (_lock)
            {
                return _live;
            }
        }
    }

    /// <summary>A key got a store.</summary>
    internal void Started()
    {
        List<IActorRef>? longest = null;
        lock (_lock)
        {
            _live++;
            if (_live - _leaving > _limit)
            {
                longest = TakeLongestIdle(_live - _leaving - _limit);
            }
        }

        Ask(longest);
    }

    /// <summary>A key's store has gone.</summary>
    internal void Ended(RestingKey key)
    {
        lock (_lock)
        {
            _live--;
            _endedAt = _clock.GetTimestamp();
            Answer(key);
        }
    }

    /// <summary>A key that may have been asked to go has nothing that it could give up, or is used again.</summary>
    internal void Stays(RestingKey key)
    {
        lock (_lock)
        {
            Answer(key);
        }
    }

    /// <summary>A key is idle from now on.</summary>
    /// <param name="key">The key.</param>
    /// <param name="idleTime">How long it may be.</param>
    /// <param name="grantedMemory">Bytes that its guest's memory was granted, which others may need before.</param>
    internal void Rest(RestingKey key, TimeSpan idleTime, long grantedMemory = 0)
    {
        lock (_lock)
        {
            key.Line?.Remove(key);
            key.Since = _clock.GetTimestamp();
            _leavingMemory += key.IsAsked ? grantedMemory - key.GrantedMemory : 0;
            key.GrantedMemory = grantedMemory;
            if (!_lines.TryGetValue((idleTime, grantedMemory > 0), out var line))
            {
                line = new RestingLine(idleTime);
                _lines.Add((idleTime, grantedMemory > 0), line);
            }

            line.Add(key);
        }
    }

    /// <summary>A key is used, or ends.</summary>
    internal void Wake(RestingKey key)
    {
        lock (_lock)
        {
            key.Line?.Remove(key);
        }
    }

    /// <summary>Whether a key that was asked to go is to do so: not where it was used and came to rest again meanwhile.</summary>
    internal bool MustLeave(RestingKey key)
    {
        lock (_lock)
        {
            if (key.Line is null)
            {
                return true;
            }

            Answer(key);
            return false;
        }
    }

    /// <summary>Has some of the longest idle keys go, and waits until the first of them has gone or says that it stays; where others went just now, a moment, because the
    /// host has their room a moment after they say so.</summary>
    /// <returns>False where none is idle, or the call's time is over.</returns>
    internal async Task<bool> MakeRoomAsync(CallTime time)
    {
        List<IActorRef> longest;
        Task answered;
        lock (_lock)
        {
            longest = TakeLongestIdle(Math.Clamp(_live / PartAtOnce, 1, MostAtOnce));
            if (_leaving == 0 && !(_endedAt is { } at && _clock.GetElapsedTime(at) < s_lately))
            {
                return false;
            }

            answered = _leaving == 0 ? Task.Delay(s_round, _clock) : (_answered ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        Ask(longest);
        return await time.TryWaitAsync(answered).ConfigureAwait(false);
    }

    /// <summary>Has the longest idle ones of the keys go whose guests were granted memory, until they have so many bytes together with those that go already.</summary>
    /// <returns>How many bytes they have.</returns>
    internal long ReleaseMemory(long bytes)
    {
        var chosen = new List<IActorRef>();
        long leaving;
        lock (_lock)
        {
            while (_leavingMemory < bytes && LongestIdle(hasMemory: true) is { } key)
            {
                Take(key, chosen);
            }

            leaving = _leavingMemory;
        }

        Ask(chosen);
        return leaving;
    }

    public void Dispose() => _timer.Dispose();

    private void AskIdle()
    {
        List<IActorRef>? over = null;
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            foreach (var (kind, line) in _lines)
            {
                while (line.First is { } key && _clock.GetElapsedTime(key.Since, now) >= kind.IdleTime)
                {
                    Take(key, over ??= []);
                }

                if (line.First is null)
                {
                    _lines.Remove(kind); // two for each time that functions have; allowed within the loop
                }
            }
        }

        Ask(over);
    }

    private List<IActorRef> TakeLongestIdle(int count)
    {
        var longest = new List<IActorRef>();
        while (longest.Count < count && LongestIdle() is { } key)
        {
            Take(key, longest);
        }

        return longest;
    }

    private RestingKey? LongestIdle(bool hasMemory = false)
    {
        RestingKey? longest = null;
        foreach (var (kind, line) in _lines)
        {
            if ((kind.HasMemory || !hasMemory) && line.First is { } first && (longest is null || first.Since < longest.Since))
            {
                longest = first;
            }
        }

        return longest;
    }

    private void Take(RestingKey key, List<IActorRef> into)
    {
        key.Line!.Remove(key);
        into.Add(key.Actor);
        _leaving += key.IsAsked ? 0 : 1;
        _leavingMemory += key.IsAsked ? 0 : key.GrantedMemory;
        key.IsAsked = true;
    }

    private void Answer(RestingKey key)
    {
        _leaving -= key.IsAsked ? 1 : 0;
        _leavingMemory -= key.IsAsked ? key.GrantedMemory : 0;
        key.IsAsked = false;
        _answered?.TrySetResult(); // does not run who waits
        _answered = null;
    }

    private static void Ask(List<IActorRef>? keys)
    {
        foreach (var key in keys ?? [])
        {
            key.Tell(Leave.Instance, ActorRefs.NoSender);
        }
    }

    /// <summary>Asks a key's actor to end if it is idle.</summary>
    internal sealed class Leave : INoSerializationVerificationNeeded
    {
        internal static Leave Instance { get; } = new();
    }
}
