namespace WasmActors.Runtime.Modules.Cache;

/// <summary>A module that is being made, and how many wait for it. To be used under the lock of its cache, but for its task.</summary>
internal sealed class ModulePromise : IDisposable
{
    private readonly TaskCompletionSource<WasmModule> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abandoned = new();
    private int _waiting;
    private bool _ended;

    /// <summary>The module, once it is made.</summary>
    internal Task<WasmModule> Task => _source.Task;

    /// <summary>Cancelled when nobody waits any more.</summary>
    internal CancellationToken Abandoned => _abandoned.Token;

    internal void Join() => _waiting++;

    /// <summary>Counts one less. After the last, whoever makes the module is told that nobody waits.</summary>
    /// <returns>Whether it was the last.</returns>
    internal bool Leave()
    {
        bool last = --_waiting == 0 && !_ended;
        if (last)
        {
            _ = _abandoned.CancelAsync(); // Elsewhere, because it ends a process.
        }

        return last;
    }

    /// <summary>The module was made, or could not be: nobody can be told any more that it is not wanted.</summary>
    public void Dispose()
    {
        _ended = true;
        _abandoned.Dispose();
    }

    internal void Keep(WasmModule module) => _source.SetResult(module);

    internal void Break(Exception failure)
    {
        _source.SetException(failure);
        _ = _source.Task.Exception; // Everybody who waited may have left.
    }
}
