using Akka.Actor;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Functions.Calls;

/// <summary>A call that waits for its answer. Ended once, from any thread.</summary>
/// <param name="target">Who has it carried out, asked anew each time that it is sent.</param>
/// <param name="message">The call as it was sent first.</param>
/// <param name="within">Time that there was for it.</param>
/// <param name="latest">When it ends without an answer.</param>
internal sealed class CallUnderWay(Func<IActorRef> target, FunctionProtocol.Invoke message, TimeSpan within, CallTime latest)
{
    private readonly TaskCompletionSource<FunctionAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How often it was sent again.</summary>
    internal int Repetitions { get; set; }

    internal IActorRef Target() => target();

    internal FunctionProtocol.Invoke Message => message;

    internal CallTime Time => message.Time;

    internal TimeSpan Within => within;

    internal CallTime Latest => latest;

    internal Task<FunctionAnswer> Answer => _answer.Task;

    /// <summary>What is called, for people.</summary>
    public override string ToString() => message.Key is { } key ? $"'{message.Function}' with the key '{key}'" : $"'{message.Function}'";

    internal bool Complete(FunctionAnswer answer) => _answer.TrySetResult(answer);

    internal void Fail(Exception failure) => _answer.TrySetException(failure);

    internal void Cancel() => Fail(new WasmError(ErrorCode.Cancelled, "The caller gave the call up. It may have run, or may still run until its time is over."));
}
