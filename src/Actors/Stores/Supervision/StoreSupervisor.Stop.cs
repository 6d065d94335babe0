using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;

namespace WasmActors.Actors.Stores.Supervision;

// How the stores end with their host: what was sent before is carried out for a while, then guests are ended, and last
// those are
// answered whose store is stuck in a host function.
internal sealed partial class StoreSupervisor
{
    private int _left;
    private StopStores? _stop;
    private ICancelable? _stopTimer;

    private enum StopStage
    {
        EndGuests,
        Abandon,
    }

    private bool IsStopping => _stop is not null;

    private void OnStop(StopStores stop)
    {
        if (IsStopping)
        {
            return;
        }

        _stop = stop;
        _factory.Close();
        foreach (var (store, _) in Stores)
        {
            _left++;
            Context.Watch(store);
            store.Tell(new StoreProtocol.Stop(), Self);
        }

        Next(StopStage.EndGuests, stop.Grace);
        StopWithLast();
    }

    private void OnStage(StopStage stage)
    {
        switch (stage)
        {
            case StopStage.EndGuests:
                foreach (var (_, cell) in Stores)
                {
                    cell.MarkGone("its host was disposed");
                }

                _factory.EndGuests();
                foreach (var (store, _) in Stores)
                {
                    Context.Stop(store);
                }

                Next(StopStage.Abandon, _stop!.Patience);
                break;
            case StopStage.Abandon:
                foreach (var (_, cell) in Stores)
                {
                    _log.Warning("Store {Store} is stuck in a host function while its host is disposed: those who wait are answered without it", cell.Id);
                    cell.IsAbandoned = true;
                }

                RequestSweeper.Hurry();
                Context.Stop(Self);
                break;
        }
    }

    private void OnEnded(IActorRef store)
    {
        _troubles.Remove(store);
        if (IsStopping)
        {
            _left--;
            StopWithLast();
        }
    }

    private void StopWithLast()
    {
        if (_left <= 0)
        {
            Context.Stop(Self);
        }
    }

    // By the actor system's clock: the engine's may be one that stands still.
    private void Next(StopStage stage, TimeSpan delay)
    {
        _stopTimer?.Cancel();
        _stopTimer = Context.System.Scheduler.ScheduleTellOnceCancelable(delay, Self, stage, ActorRefs.NoSender);
    }

    /// <summary>Ends the stores, and then the supervisor.</summary>
    /// <param name="Grace">Time for what was sent before, until guests are ended.</param>
    /// <param name="Patience">Time after that for host functions to return, until those who wait for them are answered
    /// without them.</param>
    internal sealed record StopStores(TimeSpan Grace, TimeSpan Patience) : INoSerializationVerificationNeeded;
}
