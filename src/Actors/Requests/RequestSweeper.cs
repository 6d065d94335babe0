using System.Diagnostics;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Telemetry;

namespace WasmActors.Actors.Requests;

/// <summary>
/// Ends requests whose deadline comes while nobody else looks at them: those that wait for their store, and those
/// whose guest is stuck in a host function. One thread for the process; it rests while nothing is under way.
/// </summary>
/// <remarks>
/// Requests are pooled and few, so all of them are looked at every 20 ms, and when one of a waiting guest is due,
/// instead of each being put into a timer and taken out again: a call that is answered in time pays nothing. Requests
/// that serve once are looked at from when they are sent until they are answered.
/// </remarks>
internal static class RequestSweeper
{
    private const int RestAfterQuietRounds = 100;

    // Most threads that leave turns at all do so all the time.
    private const int GlancesAfterTurnLeft = 50;

    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(20);

    // Between two looks for turns that were left, which are few and cheap to look at.
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(1);

    private static readonly Lock s_lock = new();
    private static readonly ManualResetEventSlim s_wake = new(false, spinCount: 0);
    private static WeakReference<ISwept>[] s_requests = new WeakReference<ISwept>[64];
    private static int s_count;
    private static StoreRequest[] s_once = new StoreRequest[64];
    private static int s_onceCount;
    private static int s_started;
    private static volatile bool s_resting;
    private static volatile bool s_dozing;
    private static volatile bool s_looks;

    // Stopwatch timestamp of the next look.
    private static long s_nextLook;

    /// <summary>Adds what is to be looked at many times; it is forgotten when it is collected.</summary>
    internal static void Watch(ISwept request)
    {
        lock (s_lock)
        {
            Start();
            if (s_count == s_requests.Length)
            {
                Array.Resize(ref s_requests, s_count * 2);
            }

            s_requests[s_count++] = new WeakReference<ISwept>(request);
        }
    }

    /// <summary>Adds a request that serves once and is about to be sent; <see cref="Forget"/> it when it is
    /// answered.</summary>
    internal static void WatchOnce(StoreRequest request)
    {
        lock (s_lock)
        {
            Start();
            if (s_onceCount == s_once.Length)
            {
                Array.Resize(ref s_once, s_onceCount * 2);
            }

            request.SweepPlace = s_onceCount;
            s_once[s_onceCount++] = request;
        }
    }

    /// <summary>Takes it out again.</summary>
    internal static void Forget(StoreRequest request)
    {
        lock (s_lock)
        {
            int place = request.SweepPlace;
            var last = s_once[--s_onceCount];
            s_once[place] = last;
            last.SweepPlace = place;
            s_once[s_onceCount] = null!;
            request.SweepPlace = -1;
        }
    }

    /// <summary>To be called after a request was sent: behind the full fence of the actor's mailbox.</summary>
    internal static void RequestSent()
    {
        if (s_resting)
        {
            Hurry();
        }
    }

    /// <summary>To be called after a turn was left for the thread's own code to return: behind a full fence.</summary>
    internal static void TurnLeft()
    {
        if (s_dozing)
        {
            s_wake.Set();
        }
    }

    /// <summary>Time that a host function has after the deadline to return, until its caller is answered without
    /// it.</summary>
    internal static TimeSpan Grace { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time that any other guest has to come to its end: it may be paused and wait for a processor.</summary>
    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The time between two looks, when nothing is due sooner.</summary>
    internal static TimeSpan Round => s_round;

    /// <summary>Says that a request is to be looked at before the next round.</summary>
    internal static void Hurry()
    {
        s_looks = true;
        s_wake.Set();
    }

    /// <summary>Starts the thread, the first time: with the first request, or the first thread that goes on with
    /// answers, which may
    /// leave turns to be rescued without any request being sent.</summary>
    internal static void Start()
    {
        if (Volatile.Read(ref s_started) == 0 && Interlocked.Exchange(ref s_started, 1) == 0)
        {
            new Thread(Run) { IsBackground = true, Name = "wasm request deadlines", Priority = ThreadPriority.AboveNormal }.Start();
        }
    }

    private static void Run()
    {
        int quiet = 0;
        int glances = 0;
        while (true)
        {
            glances = NextTurn.WasUsed() ? GlancesAfterTurnLeft : Math.Max(0, glances - 1);
            Pause(glances > 0);
            s_wake.Reset();
            NextTurn.Rescue();
            if (!s_looks && Stopwatch.GetTimestamp() < s_nextLook)
            {
                continue;
            }

            s_looks = false;
            CallMetrics.LookForListeners();
            bool any = SweepAll(out var round);
            Volatile.Write(ref s_nextLook, Stopwatch.GetTimestamp() + (long)(round.TotalSeconds * Stopwatch.Frequency));
            quiet = any ? 0 : quiet + 1;
            if (quiet >= RestAfterQuietRounds)
            {
                s_resting = true;
                Interlocked.MemoryBarrier();
                if (!SweepAll(out _))
                {
                    Doze(Timeout.Infinite);
                }

                s_resting = false;
                quiet = 0;
            }
        }
    }

    // Until the next look, or glance, unless it is woken before.
    private static void Pause(bool glances)
    {
        int left = Milliseconds(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), s_nextLook));
        if (left > 0 && glances)
        {
            s_wake.Wait(Math.Min(left, Milliseconds(s_glance)));
        }
        else if (left > 0)
        {
            Doze(left);
        }
    }

    // Whoever leaves a turn meanwhile wakes it.
    private static void Doze(int milliseconds)
    {
        s_dozing = true;
        Interlocked.MemoryBarrier();
        if (!NextTurn.AnyLeft)
        {
            s_wake.Wait(milliseconds);
        }

        s_dozing = false;
    }

    // Whole ones and rather one more: a wait for a fraction of one does not wait at all.
    internal static int Milliseconds(TimeSpan time) => (int)Math.Ceiling(time.TotalMilliseconds);

    // Answers whether any request is under way, and how long it is until the next one is due.
    private static bool SweepAll(out TimeSpan untilNext)
    {
        bool active = false;
        untilNext = s_round;
        lock (s_lock)
        {
            int kept = 0;
            for (int i = 0; i < s_count; i++)
            {
                var reference = s_requests[i];
                if (!reference.TryGetTarget(out var request))
                {
                    continue;
                }

                s_requests[kept++] = reference;
                active |= Sweep(request, ref untilNext);
            }

            Array.Clear(s_requests, kept, s_count - kept);
            s_count = kept;
            for (int i = s_onceCount - 1; i >= 0; i--)
            {
                active |= Sweep(s_once[i], ref untilNext); // one that is answered leaves, and the last, seen already, takes its place
            }
        }

        return active;
    }

    private static bool Sweep(ISwept request, ref TimeSpan untilNext)
    {
        if (!request.IsActive)
        {
            return false;
        }

        request.Sweep();
        if (request.Cell.LeftIfKnown(request.NextDue) is { } left && left < untilNext && left > TimeSpan.Zero)
        {
            untilNext = left < s_least ? s_least : left;
        }

        return true;
    }
}
