using System.Runtime.InteropServices;

namespace WasmActors.Host.Cli.Serving;

/// <summary>Waits for SIGTERM, or for what the command line waits for (Ctrl-C).</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _terminate;
    private readonly CancellationTokenRegistration _cancelled;

    public StopSignals(CancellationToken cancellation)
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            _asked.TrySetResult();
        });
        _cancelled = cancellation.Register(() => _asked.TrySetResult());
    }

    /// <summary>Done when somebody asked the process to stop.</summary>
    public Task Asked => _asked.Task;

    public void Dispose()
    {
        _terminate.Dispose();
        _cancelled.Dispose();
    }
}
