using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Telemetry;

namespace WasmActors.Actors.Stores;

/// <summary>A command and who waits for its answer: a request of this process, or a sender; nobody for what makes a store again.</summary>
/// <param name="Request">The request, or null.</param>
/// <param name="Command">What to do; null for a request that says so itself.</param>
/// <param name="Sender">Who asked by message, or null.</param>
/// <param name="Chain">The calls that wait for it; null for none.</param>
internal readonly record struct Work(StoreRequest? Request, StoreProtocol.Command? Command, IActorRef? Sender, CallChain? Chain)
{
    /// <summary>Takes it up, once; false when it was answered meanwhile.</summary>
    internal bool TryTake(StoreCell store)
    {
        if (Request is not null)
        {
            return Request.TryTake();
        }

        store.CommandTaken();
        Command?.Record?.Taken();
        return true;
    }

    /// <summary>Follows it while somebody listens; null while nobody does.</summary>
    internal CallRecord? Record => Request is { } request ? request.Record : Command?.Record;

    /// <summary>Answers it. With a chain, the store whose guest waits no longer waits for <paramref name="store"/>.</summary>
    internal void Answer(object reply, StoreCell store)
    {
        Forget(store);
        if (Request is null)
        {
            var failure = (reply as StoreProtocol.Failed)?.Failure;
            Command?.Record?.End(failure?.Code, failure?.Message);
            Sender?.Tell(reply);
        }
        else if (reply is StoreProtocol.Failed failed)
        {
            Request.Fail(failed.Failure.ToException());
        }
        else
        {
            Request.Reply(reply);
        }
    }

    /// <summary>The same for work that was answered otherwise.</summary>
    internal void Forget(StoreCell store)
    {
        if (Chain is not null)
        {
            WaitGraph.Remove(Chain, store);
        }
    }
}
