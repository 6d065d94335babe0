using WasmActors.Runtime.Interop;

namespace WasmActors.Runtime.Modules;

/// <summary>
/// Gives what stores and modules leave behind on the C library's heap, and in the places of memories, back to the system: each thread's part of that heap keeps its fragments for
/// itself, so that the process grows while no more is in use than before. Usable from any thread.
/// </summary>
/// <remarks>Who allocates meanwhile waits for it. It is done when an engine's clock goes to rest, and under load at most every ten seconds and for
/// at most a thousandth of the time, however large the heap is.</remarks>
/// <param name="time">Where timestamps come from.</param>
/// <param name="trim">What gives the memory back.</param>
/// <param name="background">Carries it out elsewhere, soon.</param>
internal sealed class HeapTrimmer(TimeProvider time, Action trim, Action<Action> background)
{
    // What fewer leave behind is not worth the walk through the heap.
    private const int ManyGone = 256;

    private const int PartOfTheTime = 1000;

    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(10);

    private int _gone;
    private int _busy;
    private long _next;

    /// <summary>The one for what all engines of the process share.</summary>
    internal static HeapTrimmer Shared { get; } = new(
        TimeProvider.System, TrimAll, static work => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false));

    /// <summary>To be called for each store that has gone and each module that was made or refused.</summary>
    internal void Gone()
    {
        if (Interlocked.Increment(ref _gone) >= ManyGone && time.GetTimestamp() >= Volatile.Read(ref _next))
        {
            Begin();
        }
    }

    /// <summary>To be called when no guest runs that would have to wait.</summary>
    internal void AtRest()
    {
        if (Volatile.Read(ref _gone) >= ManyGone)
        {
            Begin();
        }
    }

    private static void TrimAll()
    {
        NativeHeap.Trim();
        MemoryRegion.Trim();
    }

    private void Begin()
    {
        if (Interlocked.Exchange(ref _busy, 1) == 0)
        {
            Volatile.Write(ref _gone, 0);
            background(Trim);
        }
    }

    private void Trim()
    {
        long start = time.GetTimestamp();
        trim();
        var length = time.GetElapsedTime(start) * PartOfTheTime;
        Volatile.Write(ref _next, time.GetTimestamp() + (long)((length > s_between ? length : s_between).TotalSeconds * time.TimestampFrequency));
        Volatile.Write(ref _busy, 0);
    }
}
