namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>
/// The threads that modules are compiled and loaded on: not those of the pool, which others need while one compiles for seconds, and
/// the same ones again and again. The native allocator has an arena for each of many threads, and what one thread frees is of no use to the others:
/// with a new thread for each module a million modules left 27 MiB of fragments behind.
/// </summary>
internal sealed class ModuleThreads : IDisposable
{
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(30);

    private readonly Queue<Action> _work = new();
    private readonly int _most;
    private int _threads;
    private int _idle;
    private bool _ended;

    /// <param name="most">Threads at a time, one for each processor. What comes beyond waits: there is one piece of work for each module that somebody waits for.</param>
    internal ModuleThreads(int most) => _most = most;

    /// <summary>Threads that there are.</summary>
    internal int Count
    {
        get
        {
            lock (_work)
            {
                return _threads;
            }
        }
    }

    /// <summary>Does some work on one of the threads.</summary>
    internal Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        return done.Task;
    }

    /// <summary>From now on threads end as soon as nothing waits. Who waits for a module still gets it.</summary>
    public void Dispose()
    {
        lock (_work)
        {
            _ended = true;
            Monitor.PulseAll(_work);
        }
    }

    private void Add(Action work)
    {
        lock (_work)
        {
            _work.Enqueue(work);
            if (_idle >= _work.Count)
            {
                Monitor.Pulse(_work);
                return;
            }

            if (_threads == _most)
            {
                return;
            }

            _threads++;
        }

        new Thread(Work) { IsBackground = true, Name = "wasm modules" }.Start();
    }

    private void Work()
    {
        while (Next() is { } work)
        {
            work();
        }
    }

    // Null when the thread is not needed any more.
    private Action? Next()
    {
        lock (_work)
        {
            bool waited = false;
            Action? work;
            while (!_work.TryDequeue(out work) && !_ended && !waited)
            {
                _idle++;
                waited = !Monitor.Wait(_work, s_keep);
                _idle--;
            }

            if (work is null)
            {
                _threads--;
            }

            return work;
        }
    }
}
