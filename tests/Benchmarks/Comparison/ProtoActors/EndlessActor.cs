using Proto;
using WasmActors.Benchmarks.Comparison.Fields;

namespace WasmActors.Benchmarks.Comparison.ProtoActors;

/// <summary>An actor whose guest never returns: it is interrupted at the next tick and called again by a message to itself, so
/// that other actors come in between.</summary>
internal sealed class EndlessActor(PeerEngine engine, EndlessActor.Gate gate) : IActor
{
    private PeerStore? _store;
    private bool _ran;

    public Task ReceiveAsync(IContext context)
    {
        switch (context.Message)
        {
            case Again when !gate.Stopped:
                if (!_ran)
                {
                    _ran = true;
                    gate.CountOne();
                }

                _store!.SpinUntilTick();
                context.Send(context.Self, Again.Instance);
                break;
            case Started:
                _store = engine.CreateStore();
                context.Send(context.Self, Again.Instance);
                break;
            case Stopped:
                _store?.Dispose();
                break;
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops all of them, and counts those that ever ran.</summary>
    internal sealed class Gate
    {
        private volatile bool _stopped;
        private int _ran;

        internal bool Stopped => _stopped;

        internal int Ran => Volatile.Read(ref _ran);

        internal void Stop() => _stopped = true;

        internal void CountOne() => Interlocked.Increment(ref _ran);
    }

    private sealed class Again
    {
        internal static Again Instance { get; } = new();
    }
}
