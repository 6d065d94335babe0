using System.Threading.Tasks.Sources;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>A request that its caller uses again and again; awaiting it allocates nothing.</summary>
internal sealed class AddRequest : IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _answer = new() { RunContinuationsAsynchronously = true };

    internal int A { get; private set; }

    internal int B { get; private set; }

    /// <summary>Makes it ready for a call, and answers what to await.</summary>
    internal ValueTask<int> Begin(int a, int b)
    {
        (A, B) = (a, b);
        _answer.Reset();
        return new ValueTask<int>(this, _answer.Version);
    }

    /// <summary>Calls the guest and answers the caller.</summary>
    internal void Run(PeerStore store)
    {
        int result;
        try
        {
            result = store.Add(A, B);
        }
        catch (Exception failure)
        {
            _answer.SetException(failure);
            return;
        }

        _answer.SetResult(result);
    }

    int IValueTaskSource<int>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
