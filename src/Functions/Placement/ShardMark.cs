using Akka.Actor;

namespace WasmActors.Functions.Placement;

/// <summary>An entity of every shard that no key has. A message to it makes a node ask for the shard's home and remember it.</summary>
internal sealed class ShardMark : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is StopEntity)
        {
            Context.Stop(Self);
        }
    }
}
