using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Handles;

/// <summary>The outcome of a batch of calls: the results in order up to the first failure.</summary>
/// <typeparam name="TResult">A number, a tuple of numbers, or nothing.</typeparam>
public sealed class BatchResult<TResult>
{
    private readonly TResult[] _results;

    internal BatchResult(TResult[] results, int completed, WasmException? failure)
    {
        _results = results;
        Completed = completed;
        Failure = failure;
    }

    /// <summary>How many calls returned.</summary>
    public int Completed { get; }

    /// <summary>The results of the calls that returned, in order.</summary>
    public ReadOnlyMemory<TResult> Results => _results.AsMemory(0, Completed);

    /// <summary>Why call number <see cref="Completed"/> failed and the rest was not made; null when all returned.</summary>
    public WasmException? Failure { get; }
}
