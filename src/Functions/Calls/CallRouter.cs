using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Actor;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Calls;

/// <summary>
/// Sends a node's calls to the actors that execute them, here or on another node. Sends a call again if it was not
/// begun, and ends each call at its deadline. Used from any thread; <see cref="CallReceiver"/> receives the answers.
/// </summary>
internal sealed class CallRouter
{
    /// <summary>How much later than its time a call ends that nobody answers: who carries it out has the same time and
    /// knows more.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _clock;
    private readonly PayloadShelf _shelf;
    private readonly int _limit;
    private readonly ConcurrentDictionary<long, CallUnderWay> _underWay = new();
    private readonly ConcurrentQueue<(CallUnderWay Call, CallTime Pause)> _again = new();
    private long _lastId;
    private int _count;

    internal CallRouter(TimeProvider clock, PayloadShelf shelf, int limit)
    {
        _clock = clock;
        _shelf = shelf;
        _limit = limit;
    }

    /// <summary>Who takes the answers.</summary>
    internal IActorRef Receiver { get; set; } = ActorRefs.Nobody;

    /// <summary>Calls that wait for their answer.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>The number of the next call.</summary>
    internal long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Has a call carried out by an actor.</summary>
    /// <exception cref="WasmException">It failed; <c>call.unanswered</c> when nobody answered in time.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<FunctionAnswer> CallAsync(Func<IActorRef> target, Invoke message, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _count) > _limit)
        {
            Interlocked.Decrement(ref _count);
            throw new WasmError(ErrorCode.Busy, $"{_limit} calls are under way from this node, its limit: send fewer at once, or try again later.");
        }

        var within = message.Time.Left;
        var call = new CallUnderWay(target, message, within, new CallTime(_clock, within + Tolerance));
        try
        {
            _underWay[call.Message.Id] = call;
            target().Tell(call.Message, Receiver);
            using var registration = cancellation.UnsafeRegister(static call => ((CallUnderWay)call!).Cancel(), call);
            return await call.Answer.ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(call.Message.Id, out _);
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Answers a call that was executed on this node. If this router has sent it, its caller continues on this
    /// thread. Must not be called on an actor's turn.</summary>
    /// <param name="caller">Who sent the call.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="from">Who carried it out.</param>
    internal void Answer(IActorRef caller, object answer, IActorRef from)
    {
        if (ReferenceEquals(caller, Receiver) && answer is Answered answered)
        {
            Take(answered, goesOn: true);
        }
        else
        {
            caller.Tell(answer, from);
        }
    }

    /// <summary>Takes an answer over. One that comes late or twice is let go of, and its bytes where they
    /// are.</summary>
    /// <param name="answered">The answer.</param>
    /// <param name="goesOn">Whether this thread goes on with who waits for it.</param>
    internal void Take(Answered answered, bool goesOn = false)
    {
        if (!_underWay.TryGetValue(answered.Id, out var call) || !call.Complete(answered.Answer, goesOn))
        {
            foreach (var payload in answered.Answer.Output.Payloads)
            {
                Release(payload);
            }
        }
    }

    /// <summary>Takes a failure over, or sends the call again where it was not begun and has time left.</summary>
    internal void Take(Failed failed)
    {
        if (!_underWay.TryGetValue(failed.Id, out var call))
        {
            return;
        }

        if (failed.Failure is { Code: FunctionErrorCode.Moved, Origin: FailureOrigin.Store } && !call.Time.IsOver)
        {
            var pause = s_firstPause * (1 << Math.Min(call.Repetitions++, 5));
            _again.Enqueue((call, new CallTime(_clock, pause < s_longestPause ? pause : s_longestPause)));
        }
        else
        {
            call.Fail(failed.ToException());
        }
    }

    /// <summary>Sends again what came back, and ends what has had its time. Called some fifty times a second.</summary>
    internal void Sweep()
    {
        for (int i = _again.Count; i > 0 && _again.TryDequeue(out var next); i--)
        {
            var (call, pause) = next;
            if (!_underWay.ContainsKey(call.Message.Id))
            {
                continue;
            }

            if (!pause.IsOver)
            {
                _again.Enqueue(next);
            }
            else if (call.Time.IsOver)
            {
                call.Fail(new WasmError(FunctionErrorCode.Moved, $"{call} could not be begun within {call.Within.TotalSeconds:0.###} s: its store goes from node to node, or no node has it."));
            }
            else
            {
                call.Target().Tell(call.Message, Receiver);
            }
        }

        foreach (var (_, call) in _underWay)
        {
            if (call.Latest.IsOver)
            {
                call.Fail(new WasmError(FunctionErrorCode.Unanswered, $"{call} did not answer within {call.Within.TotalSeconds:0.###} s; a node or the way to it was lost or slow. The call may have run."));
            }
        }
    }

    /// <summary>Fails all that is under way, when the node stops.</summary>
    internal void Stop()
    {
        foreach (var (_, call) in _underWay)
        {
            call.Fail(new WasmError(FunctionErrorCode.Unanswered, "This node stopped before the answer came. The call may have run."));
        }
    }

    /// <summary>Lets go of bytes, here or where they are.</summary>
    internal void Release(Payload payload)
    {
        if (payload.Holder is { } holder)
        {
            if (holder.Equals(_shelf.Holder))
            {
                _shelf.Release(payload);
            }
            else
            {
                holder.Tell(new PayloadProtocol.Release(payload.Id), ActorRefs.NoSender);
            }
        }
    }
}
