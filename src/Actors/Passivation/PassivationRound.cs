namespace WasmActors.Actors.Passivation;

/// <summary>Counts how many of the stores that were asked together were passivated.</summary>
internal sealed class PassivationRound(int asked)
{
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = asked;
    private int _passivated;

    /// <summary>How many were passivated, once all have answered.</summary>
    internal Task<int> Done => _done.Task;

    /// <summary>Counts one answer.</summary>
    internal void Answer(bool passivated)
    {
        if (passivated)
        {
            Interlocked.Increment(ref _passivated);
        }

        if (Interlocked.Decrement(ref _left) == 0)
        {
            _done.TrySetResult(Volatile.Read(ref _passivated));
        }
    }
}
