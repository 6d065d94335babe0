namespace WasmActors.Actors.Stores;

/// <summary>
/// Ends requests whose deadline comes while nobody else looks at them: those that wait for their store, and those whose
/// guest is stuck in a host function. One thread for the process; it rests while nothing is under way.
/// </summary>
/// <remarks>
/// Requests are pooled and few, so all of them are looked at every 20 ms instead of each being put into a timer and taken
/// out again: a call that is answered in time pays nothing.
/// </remarks>
internal static class RequestSweeper
{
    private const int RestAfterQuietRounds = 100;

    /// <summary>Time that a running guest has after its deadline to end by its own clock.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(20);

    private static readonly Lock s_lock = new();
    private static readonly ManualResetEventSlim s_wake = new();
    private static WeakReference<StoreRequest>[] s_requests = new WeakReference<StoreRequest>[64];
    private static int s_count;
    private static bool s_started;
    private static volatile bool s_resting;

    /// <summary>Adds a new request object; it is forgotten when it is collected.</summary>
    internal static void Watch(StoreRequest request)
    {
        lock (s_lock)
        {
            if (s_count == s_requests.Length)
            {
                Array.Resize(ref s_requests, s_count * 2);
            }

            s_requests[s_count++] = new WeakReference<StoreRequest>(request);
            if (!s_started)
            {
                s_started = true;
                new Thread(Run) { IsBackground = true, Name = "wasm request deadlines", Priority = ThreadPriority.AboveNormal }.Start();
            }
        }
    }

    /// <summary>To be called after a request was sent: behind the full fence of the actor's mailbox.</summary>
    internal static void RequestSent()
    {
        if (s_resting)
        {
            s_wake.Set();
        }
    }

    private static void Run()
    {
        int quiet = 0;
        while (true)
        {
            s_wake.Wait(s_round);
            s_wake.Reset();
            quiet = SweepAll() ? 0 : quiet + 1;
            if (quiet >= RestAfterQuietRounds)
            {
                s_resting = true;
                Interlocked.MemoryBarrier();
                if (!SweepAll())
                {
                    s_wake.Wait();
                }

                s_resting = false;
                quiet = 0;
            }
        }
    }

    private static bool SweepAll()
    {
        bool active = false;
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
                if (request.IsActive)
                {
                    active = true;
                    request.Sweep(s_grace);
                }
            }

            Array.Clear(s_requests, kept, s_count - kept);
            s_count = kept;
        }

        return active;
    }
}
