using Proto;
using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Load;

namespace WasmActors.Benchmarks.Comparison.ProtoActors;

/// <summary>Proto.Actor: each store in an actor, called with <c>RequestAsync</c>, a message kept by its caller and a token shared by
/// all calls of its second.</summary>
internal sealed class ProtoField(PeerEngine engine) : IEndlessField
{
    private static readonly TimeSpan s_callTime = TimeSpan.FromSeconds(60);

    private readonly ActorSystem _system = new();
    private readonly Props _props = Props.FromProducer(() => new StoreActor(engine));
    private PID[] _pids = [];
    private AddMessage[] _messages = [];
    private PID[] _endless = [];
    private EndlessActor.Gate _gate = new();

    public Task OpenAsync(int stores, int callers)
    {
        _pids = new PID[stores];
        _messages = [.. Enumerable.Range(0, callers).Select(static _ => new AddMessage())];
        return Task.CompletedTask;
    }

    public Task StartAsync(int store)
    {
        _pids[store] = _system.Root.Spawn(_props);
        return Task.CompletedTask;
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b)
    {
        var message = _messages[caller];
        (message.A, message.B) = (a, b);
        return new(_system.Root.RequestAsync<int>(_pids[store], message, CancellationTokens.FromSeconds(s_callTime)));
    }

    public Task StopAllAsync() => Task.WhenAll(_pids.Where(static pid => pid is not null).Select(pid => _system.Root.StopAsync(pid)));

    public Task StartEndlessAsync(int guests)
    {
        _gate = new EndlessActor.Gate();
        var props = Props.FromProducer(() => new EndlessActor(engine, _gate)).WithDispatcher(new FairDispatcher());
        _endless = [.. Enumerable.Range(0, guests).Select(_ => _system.Root.Spawn(props))];
        return Task.CompletedTask;
    }

    public void StopEndless() => _gate.Stop();

    public async Task<int> WaitForEndlessAsync()
    {
        await Task.WhenAll(_endless.Select(pid => _system.Root.StopAsync(pid)));
        return _gate.Ran;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        await _system.ShutdownAsync();
        engine.Dispose();
    }
}
