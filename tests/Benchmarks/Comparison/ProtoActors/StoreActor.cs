using Proto;
using WasmActors.Benchmarks.Comparison.Fields;

namespace WasmActors.Benchmarks.Comparison.ProtoActors;

/// <summary>An actor of Proto.Actor that owns a store.</summary>
internal sealed class StoreActor(PeerEngine engine) : IActor
{
    private PeerStore? _store;

    public Task ReceiveAsync(IContext context)
    {
        switch (context.Message)
        {
            case AddMessage add:
                context.Respond(_store!.Add(add.A, add.B));
                break;
            case Started:
                _store = engine.CreateStore();
                break;
            case Stopped:
                _store?.Dispose();
                break;
        }

        return Task.CompletedTask;
    }
}
