using System.Runtime.InteropServices;

namespace WasmActors.Host.Cli.Serving;

/// <summary>Waits for SIGTERM, or for what the command line waits for (Ctrl-C).</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly CancellationTokenRegistration _cancelled;

    public StopSignals(CancellationToken cancellation)
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            Ask();
        });
        _cancelled = cancellation.Register(Ask);
    }

    /// <summary>Done when somebody asked the process to stop.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Cancelled then: ends a start that is not done.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _terminate.Dispose();
        _cancelled.Dispose();
        _stop.Dispose();
    }

    private void Ask()
    {
        _asked.TrySetResult();
        _stop.Cancel();
    }
}
