using Akka.Actor;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>Answers served imports: adds.</summary>
internal sealed class AddActor : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is Add add)
        {
            Sender.Tell(add.A + add.B);
        }
        else
        {
            Unhandled(message);
        }
    }

    /// <summary>What it is asked.</summary>
    internal sealed record Add(int A, int B);
}
