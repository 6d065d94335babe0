using Akka.Actor;
using static WasmActors.Functions.Calls.PayloadProtocol;

namespace WasmActors.Functions.Calls;

/// <summary>Hands what a node's <see cref="PayloadShelf"/> keeps to other nodes, and clears what was not
/// fetched.</summary>
internal sealed class PayloadHolder : UntypedActor, IWithTimers
{
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);

    private readonly PayloadShelf _shelf;

    public PayloadHolder(PayloadShelf shelf) => _shelf = shelf;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Sweep), Sweep.Instance, s_round);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Fetch fetch:
                Sender.Tell(_shelf.Read(fetch));
                break;
            case Release release:
                _shelf.Release(release.Id);
                break;
            case Sweep:
                _shelf.Sweep();
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
