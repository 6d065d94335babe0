using System.Diagnostics;
using Serilog;

namespace WasmActors.Host.Cli.Serving;

/// <summary>
/// Ends the process if a stop takes too long. It has a thread of its own and needs no timer, no thread pool and no actor, because the stop may
/// hang on any of these. It waits by the system's monotonic clock.
/// </summary>
/// <param name="within">How long the stop may take.</param>
/// <param name="exit">Ends the process with an exit code; a test's own.</param>
/// <param name="kill">Ends the process if <paramref name="exit"/> does not; a test's own.</param>
internal sealed class StopDeadline(TimeSpan within, Action<int>? exit = null, Action? kill = null) : IDisposable
{
    private static readonly TimeSpan s_logs = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_exits = TimeSpan.FromSeconds(3);

    private readonly ManualResetEventSlim _stopped = new();
    private Thread? _thread;

    /// <summary>Starts to count, unless it has been started.</summary>
    /// <param name="logger">Where it is logged that the stop took too long.</param>
    public void Begin(ILogger logger)
    {
        var thread = new Thread(() => Watch(logger)) { IsBackground = true, Name = "wasm-stop-deadline" };
        if (Interlocked.CompareExchange(ref _thread, thread, null) is null)
        {
            thread.Start();
        }
    }

    /// <summary>The stop is done.</summary>
    public void Dispose()
    {
        _stopped.Set();
        _thread?.Join();
        _stopped.Dispose();
    }

    private void Watch(ILogger logger)
    {
        if (!_stopped.Wait(within))
        {
            Try(() => logger.Fatal("The node did not stop within {Seconds} s and is ended", within.TotalSeconds), s_logs);
            Try(() => (exit ?? Environment.Exit)(ExitCodes.Node), s_exits);
            (kill ?? Process.GetCurrentProcess().Kill)();
        }
    }

    // The log may be what the stop hangs on, and what runs at the process's end too.
    private static void Try(Action step, TimeSpan patience)
    {
        var thread = new Thread(() => step()) { IsBackground = true };
        thread.Start();
        thread.Join(patience);
    }
}
