using Akka.Actor;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;

namespace WasmActors.Benchmarks;

/// <summary>One call at a time through a store's actor, against a bare Ask of an actor that echoes.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class CallBenchmarks
{
    private const int Calls = 1000;

    private WasmHost _host = null!;
    private FuncRef _add = null!;
    private StoreProtocol.Call _command = null!;
    private IActorRef _echo = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _host = await WasmHost.StartAsync();
        var module = await _host.LoadTextAsync(Guests.Add);
        var store = await _host.CreateStoreAsync();
        _add = (await store.InstantiateAsync(module)).GetFunc("add");
        _command = new StoreProtocol.Call(_add.Id, [5, 3]);
        _echo = _host.System.ActorOf(Props.Create(() => new EchoActor()));
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _host.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls, Description = "bare Ask of an echo actor")]
    public async Task AskEchoAsync()
    {
        for (int i = 0; i < Calls; i++)
        {
            await _echo.Ask<object>(_command);
        }
    }

    [Benchmark(OperationsPerInvoke = Calls, Description = "typed call (target: at most 0.45, 0 B)")]
    public async Task<int> TypedCallAsync()
    {
        int sum = 0;
        for (int i = 0; i < Calls; i++)
        {
            sum += await _add.CallAsync<int, int, int>(5, 3);
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Calls, Description = "the same call by Ask (target: at most 1.15)")]
    public async Task AskCallAsync()
    {
        var actor = _add.Store.Actor;
        for (int i = 0; i < Calls; i++)
        {
            await actor.Ask<object>(_command);
        }
    }

    private sealed class EchoActor : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
