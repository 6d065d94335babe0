using System.Globalization;
using System.Runtime.InteropServices;

namespace WasmActors.Host.Cli.Serving;

/// <summary>Waits for SIGTERM, for SIGHUP (the terminal was closed), or for what the command line waits for (Ctrl-C).</summary>
internal sealed class StopSignals : IDisposable
{
    private const int HangUp = 1;

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly CancellationTokenRegistration _cancelled;

    public StopSignals(CancellationToken cancellation)
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        if (!Ignores(HangUp))
        {
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal));
        }

        _cancelled = cancellation.Register(Ask);
    }

    /// <summary>Done when somebody asked the process to stop.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Cancelled then: ends a start that is not done.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _signals.ForEach(static signal => signal.Dispose());
        _cancelled.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Ask();
    }

    private void Ask()
    {
        _asked.TrySetResult();
        _stop.Cancel();
    }

    // A process that nohup started outlives its terminal. Waiting for the signal would make it end.
    private static bool Ignores(int signal)
    {
        const string Mask = "SigIgn:";
        return File.Exists("/proc/self/status")
            && File.ReadLines("/proc/self/status").FirstOrDefault(static line => line.StartsWith(Mask, StringComparison.Ordinal)) is { } ignored
            && (ulong.Parse(ignored.AsSpan(Mask.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (signal - 1))) != 0;
    }
}
