using System.Globalization;

namespace WasmActors.Resilience.Measuring;

/// <summary>Watches the resident memory of the process, on a thread of its own, until it is disposed.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(20);

    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;
    private long _peak = ProcessFigures.ResidentBytes;

    internal MemoryWatch()
    {
        Start = _peak;
        _thread = new Thread(Run) { IsBackground = true, Name = "memory watch", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Resident bytes when the watch began.</summary>
    internal long Start { get; }

    /// <summary>How much more there was at most.</summary>
    internal long Growth => Volatile.Read(ref _peak) - Start;

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    /// <summary>Bytes as MiB.</summary>
    internal static string Text(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):f1} MiB");

    private void Run()
    {
        while (!_end.Wait(s_round))
        {
            Volatile.Write(ref _peak, Math.Max(_peak, ProcessFigures.ResidentBytes));
        }
    }
}
