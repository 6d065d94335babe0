using Akka.Actor;
using static WasmActors.Functions.Calls.FunctionProtocol;

namespace WasmActors.Functions.Calls;

/// <summary>Takes the answers of a node's <see cref="CallRouter"/>, and lets it look after its calls.</summary>
internal sealed class CallReceiver : UntypedActor, IWithTimers
{
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(20);

    private readonly CallRouter _router;

    public CallReceiver(CallRouter router) => _router = router;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Sweep), Sweep.Instance, s_round);

    protected override void PostStop() => _router.Stop();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Answered answered:
                _router.Take(answered);
                break;
            case Failed failed:
                _router.Take(failed);
                break;
            case Sweep:
                _router.Sweep();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private sealed class Sweep : INoSerializationVerificationNeeded
    {
        internal static Sweep Instance { get; } = new();
    }
}
