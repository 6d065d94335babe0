using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Telemetry;

namespace WasmActors.Actors.Requests;

/// <summary>A store that is being made, awaited. It is not sent: the store's actor answers it when it starts.</summary>
internal sealed class CreationRequest : StoreRequest<StoreRef>
{
    /// <summary>None: no store has answered a command then.</summary>
    internal override CallKind? Kind => null;

    /// <summary>Begins the wait.</summary>
    internal void Expect(StoreCell cell, TimeSpan within, CancellationToken cancellation)
    {
        cell.AdmitInAnyCase(this); // taken when it is answered, as other requests are
        Wait(cell, cell.After(within));
        Register(cancellation);
        IsQueued = true; // its actor answers in any case, with a better reason than that it has gone
    }

    internal void Reply(object reply)
    {
        bool awaited = TryTake();
        if (reply is StoreProtocol.Failed failed)
        {
            Fail(failed.Failure.ToException());
        }
        else if (awaited)
        {
            Succeed(((HostProtocol.StoreCreated)reply).Store);
        }
        else
        {
            Cell.Actor.Tell(new StoreProtocol.Stop(), ActorRefs.NoSender); // given up: nobody would ever stop it
        }
    }
}
