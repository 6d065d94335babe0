using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores;

/// <summary>A store that is being made, awaited. It is not sent: the store's actor answers it when it starts.</summary>
internal sealed class CreationRequest : StoreRequest<StoreRef>
{
    internal override StoreProtocol.Command? Command => null;

    /// <summary>Begins the wait.</summary>
    internal void Expect(StoreCell cell, TimeSpan within, CancellationToken cancellation)
    {
        cell.AdmitInAnyCase(); // taken when it is answered, as other requests are
        Wait(cell, cell.After(within), cancellation);
    }

    internal override void Reply(object reply)
    {
        if (!TryTake())
        {
            return; // nobody waits any more
        }

        if (reply is HostProtocol.StoreCreated created)
        {
            Succeed(created.Store);
        }
        else
        {
            Fail(((StoreProtocol.Failed)reply).Failure.ToException());
        }
    }
}
