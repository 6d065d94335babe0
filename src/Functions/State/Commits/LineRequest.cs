namespace WasmActors.Functions.State.Commits;

/// <summary>A request that waits for its answer. Whoever answers it first wins.</summary>
internal sealed class LineRequest<TItem, TAnswer>(TItem item, long bytes, long entered)
{
    private const int Queued = 0;
    private const int UnderWay = 1;
    private const int Left = 2;

    private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _stage;

    /// <summary>What is asked for.</summary>
    internal TItem Item => item;

    /// <summary>The bytes that it takes.</summary>
    internal long Bytes => bytes;

    /// <summary>When it entered the line, as a timestamp.</summary>
    internal long Entered => entered;

    /// <summary>The answer.</summary>
    internal Task<TAnswer> Answer => _answer.Task;

    /// <summary>Takes it out of the queue into a group.</summary>
    /// <returns>False if its caller has left.</returns>
    internal bool TryBegin() => Interlocked.CompareExchange(ref _stage, UnderWay, Queued) == Queued;

    /// <summary>Takes it out of the queue for good.</summary>
    /// <returns>False if it is under way or has left.</returns>
    internal bool TryLeave() => Interlocked.CompareExchange(ref _stage, Left, Queued) == Queued;

    internal bool TryAnswer(TAnswer answer) => _answer.TrySetResult(answer);

    internal bool TryFail(Exception failure) => _answer.TrySetException(failure);

    internal bool TryCancel(CancellationToken cancellation) => _answer.TrySetCanceled(cancellation);
}
