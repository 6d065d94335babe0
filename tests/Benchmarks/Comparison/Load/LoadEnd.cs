namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>Does something when the time of a load is over, on a thread of its own: a timer's callback would wait in line with
/// the guests. Disposing it waits until that has been done.</summary>
internal sealed class LoadEnd : IDisposable
{
    private readonly Thread _thread;

    internal LoadEnd(TimeSpan window, Action action)
    {
        _thread = new Thread(() =>
        {
            Thread.Sleep(window);
            action();
        });
        _thread.Start();
    }

    public void Dispose() => _thread.Join();
}
