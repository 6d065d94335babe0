using Akka.Actor;

namespace WasmActors.Functions.Catalogue;

/// <summary>The actors that the writer announces changes to. An actor beyond the most gets none, and hears of changes
/// when it asks.</summary>
internal sealed class CatalogueFollowers
{
    private const int Most = 1_000;

    private readonly HashSet<IActorRef> _all = [];

    /// <summary>Adds an actor and watches it.</summary>
    internal void Add(IActorRef follower, IActorContext context)
    {
        if (_all.Count < Most && _all.Add(follower))
        {
            context.Watch(follower);
        }
    }

    /// <summary>Removes an actor that has ended.</summary>
    internal void Remove(IActorRef follower) => _all.Remove(follower);

    /// <summary>Sends a change to all of them.</summary>
    internal void Announce(CatalogueProtocol.Changes change)
    {
        foreach (var follower in _all)
        {
            follower.Tell(change);
        }
    }
}
