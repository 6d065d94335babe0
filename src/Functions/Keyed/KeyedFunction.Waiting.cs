using Akka.Actor;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Telemetry;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Keyed;

// Calls that wait for the one under way are answered when their time is over, not when that one ends: whoever waits
// learns that it did not run.
internal sealed partial class KeyedFunction
{
    private static readonly TimeSpan s_soonest = TimeSpan.FromMilliseconds(10);

    private ICancelable? _look;
    private TimeSpan _lookIn;
    private long _lookSince;

    // One look for all that wait, at the earliest of their times.
    private void LookWhenOver(TimeSpan left)
    {
        if (_look is not null && _lookIn - _runtime.Clock.GetElapsedTime(_lookSince) <= left)
        {
            return;
        }

        _look?.Cancel();
        _lookIn = left > s_soonest ? left : s_soonest;
        _lookSince = _runtime.Clock.GetTimestamp();
        _look = Context.System.Scheduler.ScheduleTellOnceCancelable(_lookIn, Self, LookForOver.Instance, Self);
    }

    private void OnLookForOver()
    {
        _look = null;
        var earliest = TimeSpan.MaxValue;
        for (int i = _queue.Count; i > 0; i--)
        {
            var waiting = _queue.Dequeue();
            if (waiting.Time.IsOver)
            {
                AnswerOver(waiting);
            }
            else
            {
                _queue.Enqueue(waiting);
                earliest = waiting.Time.Left < earliest ? waiting.Time.Left : earliest;
            }
        }

        if (_queue.Count > 0)
        {
            LookWhenOver(earliest);
        }
    }

    private void AnswerOver(KeyedCall waiting)
    {
        FunctionMetrics.Answered(_runtime.Options.Logger, _name, ErrorCode.DeadlineExceeded, new CallTiming(_runtime.Clock.GetElapsedTime(waiting.Came), default, default));
        waiting.Caller.Tell(Failed.From(waiting.Call.Id, CallDetails.NotBegun(CallTime.Over("it waited on its way or for the calls before it: it did not run"))));
    }

    private sealed class LookForOver : INoSerializationVerificationNeeded
    {
        internal static LookForOver Instance { get; } = new();
    }
}
