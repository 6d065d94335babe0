using Akka.Actor;

namespace WasmActors.Functions.Calls;

/// <summary>The nodes that a client calls through, and when each was heard last. Used from any thread.</summary>
internal sealed class Contacts(IReadOnlyList<IActorRef> gates)
{
    private readonly long[] _heard = new long[gates.Count];
    private int _turn;

    internal IReadOnlyList<IActorRef> Gates => gates;

    /// <summary>A node has answered.</summary>
    internal void Heard(int gate, long timestamp) => Volatile.Write(ref _heard[gate], timestamp);

    /// <summary>The node for the next call: in turn, of those that were heard lately; where none was, any.</summary>
    internal IActorRef Next()
    {
        uint turn = (uint)Interlocked.Increment(ref _turn);
        for (uint i = 0; i < gates.Count; i++)
        {
            int gate = (int)((turn + i) % (uint)gates.Count);
            long heard = Volatile.Read(ref _heard[gate]);
            if (heard != 0 && TimeProvider.System.GetElapsedTime(heard) < ContactWatcher.Lately)
            {
                return gates[gate];
            }
        }

        return gates[(int)(turn % (uint)gates.Count)];
    }
}
