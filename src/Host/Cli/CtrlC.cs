namespace WasmActors.Host.Cli;

/// <summary>The first Ctrl-C cancels what runs, the second one ends the process.</summary>
internal sealed class CtrlC : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    public CtrlC() => Console.CancelKeyPress += OnPressed;

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public CancellationToken Token => _cancellation.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= OnPressed;
        _cancellation.Dispose();
    }

    private void OnPressed(object? sender, ConsoleCancelEventArgs pressed)
    {
        if (!_cancellation.IsCancellationRequested)
        {
            pressed.Cancel = true;
            _cancellation.Cancel();
        }
    }
}
