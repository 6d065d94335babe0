using System.Threading.Tasks.Sources;
using Akka.Actor;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Calls;

/// <summary>A call that waits for its answer. Ended once, from any thread.</summary>
/// <param name="target">Who has it carried out, asked anew each time that it is sent.</param>
/// <param name="message">The call as it was sent first.</param>
/// <param name="within">Time that there was for it.</param>
/// <param name="latest">When it ends without an answer.</param>
internal sealed class CallUnderWay(Func<IActorRef> target, FunctionProtocol.Invoke message, TimeSpan within, CallTime latest) : IValueTaskSource<FunctionAnswer>
{
    private ManualResetValueTaskSourceCore<FunctionAnswer> _answer;
    private int _ended;

    /// <summary>How often it was sent again.</summary>
    internal int Repetitions { get; set; }

    internal IActorRef Target() => target();

    internal FunctionProtocol.Invoke Message => message;

    internal CallTime Time => message.Time;

    internal TimeSpan Within => within;

    internal CallTime Latest => latest;

    /// <summary>To be awaited once.</summary>
    internal ValueTask<FunctionAnswer> Answer => new(this, _answer.Version);

    /// <summary>What is called, for people.</summary>
    public override string ToString() => message.Key is { } key ? $"'{message.Function}' with the key '{key}'" : $"'{message.Function}'";

    /// <summary>Ends it well; false where it has ended.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="goesOn">Whether this thread goes on with who waits for it.</param>
    internal bool Complete(FunctionAnswer answer, bool goesOn)
    {
        if (!TryEnd(goesOn))
        {
            return false;
        }

        _answer.SetResult(answer);
        return true;
    }

    /// <summary>Ends it with a failure, unless it has ended.</summary>
    internal void Fail(Exception failure)
    {
        if (TryEnd(goesOn: false))
        {
            _answer.SetException(failure);
        }
    }

    internal void Cancel() => Fail(new WasmError(ErrorCode.Cancelled, "The caller gave the call up. It may have run, or may still run until its time is over."));

    FunctionAnswer IValueTaskSource<FunctionAnswer>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FunctionAnswer>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<FunctionAnswer>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    private bool TryEnd(bool goesOn)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        _answer.RunContinuationsAsynchronously = !goesOn;
        return true;
    }
}
