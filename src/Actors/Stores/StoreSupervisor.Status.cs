using Akka.Actor;
using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores;

// What was decided about the stores.
internal sealed partial class StoreSupervisor
{
    private const int MaxListed = 1_000;

    private readonly Queue<SupervisionDecision> _decisions = new();

    private void OnDecided(SupervisionDecision decision)
    {
        while (_decisions.Count >= HostStatus.MaxDecisions)
        {
            _decisions.Dequeue();
        }

        _decisions.Enqueue(decision);
        if (_children.TryGetValue(Sender, out var child))
        {
            child.LastDecision = decision;
            child.Replacements += decision.Action is SupervisionAction.Replace or SupervisionAction.OpenCircuit ? 1 : 0;
        }
    }

    private HostStatus Status(int maxStores)
    {
        var now = _engine.Settings.Clock.GetUtcNow();
        var listed = _children
            .OrderByDescending(static pair => pair.Value.Cell.Closed is not null)
            .ThenByDescending(static pair => pair.Value.Replacements)
            .ThenBy(static pair => pair.Value.Cell.Id)
            .Take(Math.Clamp(maxStores, 0, MaxListed))
            .Select(pair => Supervision(pair.Key, pair.Value, now));
        return new HostStatus(_children.Count, _started, [.. listed], [.. _decisions.Reverse()]);
    }

    private static StoreSupervision Supervision(IActorRef actor, Child child, DateTimeOffset now)
    {
        var decision = child.LastDecision;
        var restart = decision?.At + decision?.Delay;
        bool isClosed = child.Cell.Closed is not { IsForGood: false };
        return new StoreSupervision(child.Cell.Id, actor)
        {
            Replacements = child.Replacements,
            Circuit = isClosed && decision?.Action != SupervisionAction.OpenCircuit ? CircuitState.Closed
                : isClosed || restart <= now ? CircuitState.HalfOpen
                : CircuitState.Open,
            LastDecision = decision,
            RestartAt = restart > now ? restart : null,
        };
    }
}
