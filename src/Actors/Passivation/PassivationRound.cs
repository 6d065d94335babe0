namespace WasmActors.Actors.Passivation;

/// <summary>Stores that were asked together to be passivated, and how many of them did so.</summary>
internal sealed class PassivationRound(int asked)
{
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = asked;
    private int _passivated;

    /// <summary>How many were passivated, once all have answered.</summary>
    internal Task<int> Done => _done.Task;

    /// <summary>One answers.</summary>
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
