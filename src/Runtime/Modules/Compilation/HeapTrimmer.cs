using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>
/// Gives what stores and modules leave behind on the C library's heap, and in the places of memories, back to the system: each thread's part of
/// that heap keeps its fragments for itself, so that the process grows while no more is in use than before. Usable from any thread.
/// </summary>
/// <remarks>Who allocates meanwhile waits for it. It is done when an engine's clock goes to rest, and under load at most every ten seconds and for
/// at most a thousandth of the time, however large the heap is.</remarks>
internal sealed class HeapTrimmer
{
    // What fewer stores leave behind is not worth the walk through the heap.
    private const int ManyGone = 256;

    private const int PartOfTheTime = 1000;

    // More is likely to follow.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly Action _trim;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private int _gone;
    private int _planned;
    private long _next;

    /// <param name="time">Where timestamps and the timer come from.</param>
    /// <param name="trim">What gives the memory back.</param>
    internal HeapTrimmer(TimeProvider time, Action trim)
    {
        _time = time;
        _trim = trim;
        _timer = time.CreateTimer(static trimmer => ((HeapTrimmer)trimmer!).Trim(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The one for what all engines of the process share.</summary>
    internal static HeapTrimmer Shared { get; } = new(TimeProvider.System, TrimAll);

    /// <summary>To be called for each store that has gone.</summary>
    internal void StoreGone() => Gone(1);

    /// <summary>To be called for each module that was made or refused: a single one may leave tens of MiB.</summary>
    internal void ModuleMade() => Gone(ManyGone);

    /// <summary>To be called when no guest runs that would have to wait.</summary>
    internal void AtRest()
    {
        if (Volatile.Read(ref _gone) >= ManyGone)
        {
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void Gone(int weight)
    {
        Interlocked.Add(ref _gone, weight);
        Plan();
    }

    private void Plan()
    {
        if (Volatile.Read(ref _gone) >= ManyGone && Volatile.Read(ref _planned) == 0 && Interlocked.Exchange(ref _planned, 1) == 0)
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), Volatile.Read(ref _next));
            _timer.Change(left > s_soon ? left : s_soon, Timeout.InfiniteTimeSpan);
        }
    }

    private void Trim()
    {
        lock (_lock)
        {
            if (Interlocked.Exchange(ref _gone, 0) >= ManyGone) // else done already, at rest
            {
                long start = _time.GetTimestamp();
                _trim();
                var pause = _time.GetElapsedTime(start) * PartOfTheTime;
                Volatile.Write(ref _next, _time.GetTimestamp() + (long)((pause > s_between ? pause : s_between).TotalSeconds * _time.TimestampFrequency));
            }

            Interlocked.Exchange(ref _planned, 0); // a full fence: who has gone since plans the next one, or is seen
        }

        Plan();
    }

    private static void TrimAll()
    {
        NativeHeap.Trim();
        MemoryRegion.Trim();
    }
}
