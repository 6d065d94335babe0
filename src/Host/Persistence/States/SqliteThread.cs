using System.Collections.Concurrent;

namespace WasmActors.Host.Persistence.States;

/// <summary>A thread that owns a connection. SQLite's calls block, so none of them runs on a thread of the pool or of
/// an actor.</summary>
internal sealed class SqliteThread : IAsyncDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<SqliteSession> _open;
    private SqliteSession? _session;

    /// <summary>Starts it.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="open">Opens a connection: at first, and again after each failure.</param>
    public SqliteThread(string name, Func<SqliteSession> open)
    {
        _open = open;
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Executes work on the thread.</summary>
    /// <exception cref="ObjectDisposedException">The thread has ended.</exception>
    public Task<T> RunAsync<T>(Func<SqliteSession, T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() => Run(work, done));
        }
        catch (InvalidOperationException ended)
        {
            throw new ObjectDisposedException("The database of states is closed.", ended);
        }

        return done.Task;
    }

    /// <summary>Finishes the work and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }

        _session?.Dispose();
        _work.Dispose();
        _ended.SetResult();
    }

    private void Run<T>(Func<SqliteSession, T> work, TaskCompletionSource<T> done)
    {
        try
        {
            _session ??= _open();
            done.SetResult(work(_session));
        }
        catch (Exception failure)
        {
            _session?.Dispose(); // with a transaction that is still under way
            _session = null;
            done.SetException(failure);
        }
    }
}
