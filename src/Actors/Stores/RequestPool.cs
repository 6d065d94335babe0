using System.Collections.Concurrent;

namespace WasmActors.Actors.Stores;

/// <summary>Requests of one type that serve again: the thread's last one, and a bounded number for all threads.</summary>
internal static class RequestPool<TRequest>
    where TRequest : class
{
    private const int MaxPooled = 1024;

    private static readonly ConcurrentQueue<TRequest> s_pool = new();
    private static int s_pooled;

    [ThreadStatic]
    private static TRequest? t_last;

    /// <summary>One that has served, or null.</summary>
    internal static TRequest? TryTake()
    {
        var request = t_last;
        if (request is not null)
        {
            t_last = null;
        }
        else if (s_pool.TryDequeue(out request))
        {
            Interlocked.Decrement(ref s_pooled);
        }

        return request;
    }

    /// <summary>Keeps one that nobody else holds.</summary>
    internal static void Put(TRequest request)
    {
        if (t_last is null)
        {
            t_last = request;
        }
        else if (Interlocked.Increment(ref s_pooled) <= MaxPooled)
        {
            s_pool.Enqueue(request);
        }
        else
        {
            Interlocked.Decrement(ref s_pooled);
        }
    }
}
