using Akka.Actor;
using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores.Supervision;

// What was decided about the stores.
internal sealed partial class StoreSupervisor
{
    private const int MaxListed = 1_000;
    private static readonly Trouble s_none = new();

    private readonly Queue<SupervisionDecision> _decisions = new();

    private void OnDecided(SupervisionDecision decision)
    {
        while (_decisions.Count >= HostStatus.MaxDecisions)
        {
            _decisions.Dequeue();
        }

        _decisions.Enqueue(decision);
        if (!_troubles.TryGetValue(Sender, out var trouble))
        {
            _troubles.Add(Sender, trouble = new Trouble());
            Context.Watch(Sender); // one that has ended already is told at once, and forgotten
        }

        trouble.LastDecision = decision;
        trouble.Replacements += decision.Action is SupervisionAction.Replace or SupervisionAction.OpenCircuit ? 1 : 0;
    }

    private HostStatus Status(int maxStores)
    {
        var now = _factory.Clock.GetUtcNow();
        var stores = Stores.Select(store => (store.Actor, store.Cell, Trouble: _troubles.GetValueOrDefault(store.Actor, s_none))).ToList();
        var listed = stores
            .OrderByDescending(static store => store.Cell.Closed is not null)
            .ThenByDescending(static store => store.Trouble.Replacements)
            .ThenBy(static store => store.Cell.Id)
            .Take(Math.Clamp(maxStores, 0, MaxListed))
            .Select(store => Supervision(store.Actor, store.Cell, store.Trouble, now));
        return new HostStatus(stores.Count, _factory.Started, [.. listed], [.. _decisions.Reverse()]);
    }

    private static StoreSupervision Supervision(IActorRef actor, StoreCell cell, Trouble trouble, DateTimeOffset now)
    {
        var decision = trouble.LastDecision;
        var restart = decision?.At + decision?.Delay;
        bool isClosed = cell.Closed is not { IsForGood: false };
        return new StoreSupervision(cell.Id, actor)
        {
            Replacements = trouble.Replacements,
            Circuit = isClosed && decision?.Action != SupervisionAction.OpenCircuit ? CircuitState.Closed
                : isClosed || restart <= now ? CircuitState.HalfOpen
                : CircuitState.Open,
            LastDecision = decision,
            RestartAt = restart > now ? restart : null,
        };
    }
}
