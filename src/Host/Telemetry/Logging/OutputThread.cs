using System.Collections.Concurrent;

namespace WasmActors.Host.Telemetry.Logging;

/// <summary>Writes items to something that may stall, on a thread of its own: adding never blocks, and the queue is bounded.</summary>
/// <typeparam name="T">What is written.</typeparam>
internal sealed class OutputThread<T> : IAsyncDisposable
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<T> _queue;
    private readonly Action<T> _write;
    private readonly Action _afterwards;
    private readonly TimeSpan _patience;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="capacity">Most items that are queued.</param>
    /// <param name="write">Writes one; must not throw.</param>
    /// <param name="afterwards">Called after each item, and once a second while there is none; must not throw.</param>
    /// <param name="patience">Longest time that disposing waits until the queue is written.</param>
    public OutputThread(string name, int capacity, Action<T> write, Action afterwards, TimeSpan patience)
    {
        _queue = new BlockingCollection<T>(capacity);
        _write = write;
        _afterwards = afterwards;
        _patience = patience;
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Items that wait.</summary>
    public int Count => _queue.Count;

    /// <summary>Done when the last item was written after <see cref="DisposeAsync"/>.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Queues an item; false if the queue is full or disposed.</summary>
    public bool TryAdd(T item)
    {
        try
        {
            return !_queue.IsAddingCompleted && _queue.TryAdd(item);
        }
        catch (InvalidOperationException)
        {
            return false; // disposed just now
        }
    }

    /// <summary>Waits until the queue is written, but no longer than the patience. A thread that is stuck ends with the process.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _ended.Task.WaitAsync(_patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Run()
    {
        while (!_queue.IsCompleted)
        {
            if (_queue.TryTake(out var item, s_betweenLooks))
            {
                _write(item);
            }

            _afterwards();
        }

        _ended.SetResult();
    }
}
