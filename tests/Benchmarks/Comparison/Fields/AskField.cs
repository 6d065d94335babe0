using Akka.Actor;
using WasmActors.Benchmarks.Comparison.Load;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>No guest at all: an Akka actor for each store that echoes what it is asked. The unit of the other numbers.</summary>
internal sealed class AskField : IStoreField
{
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(10);

    private readonly ActorSystem _system = ActorSystem.Create("echo", "akka.loglevel = WARNING");
    private IActorRef[] _actors = [];

    public Task OpenAsync(int stores, int callers)
    {
        _actors = new IActorRef[stores];
        return Task.CompletedTask;
    }

    public Task StartAsync(int store)
    {
        _actors[store] = _system.ActorOf(Props.Create(static () => new EchoActor()));
        return Task.CompletedTask;
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b) => new(_actors[store].Ask<int>(a + b));

    public Task StopAllAsync() => Task.WhenAll(_actors.Select(static actor => actor.GracefulStop(s_stopTime)));

    public async ValueTask DisposeAsync() => await _system.Terminate().WaitAsync(s_stopTime);

    private sealed class EchoActor : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
