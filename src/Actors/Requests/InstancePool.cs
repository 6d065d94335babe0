using System.Collections.Concurrent;

namespace WasmActors.Actors.Requests;

/// <summary>Objects of one type that serve again: the thread's last one, and a bounded number for all
/// threads.</summary>
internal static class InstancePool<T>
    where T : class
{
    private const int MaxPooled = 1024;

    private static readonly ConcurrentQueue<T> s_pool = new();
    private static int s_pooled;

    [ThreadStatic]
    private static T? t_last;

    /// <summary>One that has served, or null.</summary>
    internal static T? TryTake()
    {
        var instance = t_last;
        if (instance is not null)
        {
            t_last = null;
        }
        else if (s_pool.TryDequeue(out instance))
        {
            Interlocked.Decrement(ref s_pooled);
        }

        return instance;
    }

    /// <summary>Keeps one that nobody else holds.</summary>
    internal static void Put(T instance)
    {
        if (t_last is null)
        {
            t_last = instance;
        }
        else if (Interlocked.Increment(ref s_pooled) <= MaxPooled)
        {
            s_pool.Enqueue(instance);
        }
        else
        {
            Interlocked.Decrement(ref s_pooled);
        }
    }
}
