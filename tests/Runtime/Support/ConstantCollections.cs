using System.Diagnostics;

namespace WasmActors.Runtime.Tests.Support;

/// <summary>
/// Collects garbage on its own thread, again and again, until it is disposed. Between two collections it waits as long as the last one took, so
/// that the code under test has half of the time on a machine of any speed.
/// </summary>
internal sealed class ConstantCollections : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _collector;

    /// <param name="lowest">The lowest of the generations that are collected in turn. Default: full collections only.</param>
    internal ConstantCollections(int lowest = 2) =>
        _collector = Task.Factory.StartNew(() => Collect(lowest), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _collector;
        _stop.Dispose();
    }

    private void Collect(int lowest)
    {
        while (!_stop.IsCancellationRequested)
        {
            for (int generation = lowest; generation <= GC.MaxGeneration; generation++)
            {
                long began = Stopwatch.GetTimestamp();
                GC.Collect(generation, GCCollectionMode.Forced, blocking: true, compacting: true);
                if (generation == GC.MaxGeneration)
                {
                    GC.WaitForPendingFinalizers();
                }

                _stop.Token.WaitHandle.WaitOne(Stopwatch.GetElapsedTime(began));
            }
        }
    }
}
