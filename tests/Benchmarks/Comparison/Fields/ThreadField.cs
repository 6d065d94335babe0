using System.Collections.Concurrent;
using Akka.Actor;
using WasmActors.Benchmarks.Comparison.Load;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>Raw Wasmtime with an import that blocks: each store has a thread, and its guest's import asks an actor and keeps the
/// thread until the answer has come.</summary>
internal sealed class ThreadField : IStoreField
{
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(10);

    private readonly ActorSystem _system = ActorSystem.Create("answers", "akka.loglevel = WARNING");
    private readonly PeerEngine _engine;
    private BlockingCollection<AddRequest>?[] _queues = [];
    private Thread?[] _threads = [];
    private AddRequest[] _requests = [];

    internal ThreadField()
    {
        var adder = _system.ActorOf(Props.Create(static () => new AddActor()));
        _engine = new PeerEngine(Guests.AddByImport, PeerSettings.Default, (a, b) => adder.Ask<int>(new AddActor.Add(a, b)).GetAwaiter().GetResult());
    }

    public Task OpenAsync(int stores, int callers)
    {
        _queues = new BlockingCollection<AddRequest>?[stores];
        _threads = new Thread?[stores];
        _requests = [.. Enumerable.Range(0, callers).Select(static _ => new AddRequest())];
        return Task.CompletedTask;
    }

    public Task StartAsync(int store)
    {
        var queue = new BlockingCollection<AddRequest>();
        _queues[store] = queue;
        _threads[store] = new Thread(() => Run(queue)) { IsBackground = true };
        _threads[store]!.Start();
        return Task.CompletedTask;
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b)
    {
        var request = _requests[caller];
        var answer = request.Begin(a, b);
        _queues[store]!.Add(request);
        return answer;
    }

    public Task StopAllAsync() => Task.Run(() =>
    {
        foreach (var queue in _queues)
        {
            queue?.CompleteAdding();
        }

        foreach (var thread in _threads)
        {
            thread?.Join(s_stopTime);
        }
    });

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        await _system.Terminate().WaitAsync(s_stopTime);
        _engine.Dispose();
    }

    private void Run(BlockingCollection<AddRequest> requests)
    {
        using var store = _engine.CreateStore();
        foreach (var request in requests.GetConsumingEnumerable())
        {
            request.Run(store);
        }
    }
}
