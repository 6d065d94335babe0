using Akka;
using Akka.Actor;

namespace WasmActors.Actors.Dispatch;

/// <summary>Answers whatever it gets. It runs on the dispatcher of the stores, so its answer shows that a worker accepts new work.</summary>
internal sealed class WorkerProbe : ReceiveActor
{
    public WorkerProbe() => ReceiveAny(_ => Sender.Tell(Done.Instance));
}
