using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Benchmarks.Comparison.Own;

/// <summary>This project's own: a store in its actor for each guest, whose import an actor answers by message while the guest waits
/// without a thread.</summary>
internal sealed class ServedHostField : IStoreField
{
    private WasmHost? _host;
    private WasmModule _module = null!;
    private ImportMap _imports = null!;
    private StoreRef[] _stores = [];
    private FuncRef[] _functions = [];

    public async Task OpenAsync(int stores, int callers)
    {
        if (_host is null)
        {
            _host = await WasmHost.StartAsync(new WasmHostOptions { Cache = new ModuleCacheOptions { OnDisk = false } });
            _module = await _host.LoadTextAsync(Guests.AddByImport);
            var server = _host.System.ActorOf(Props.Create(static () => new Adder()));
            _imports = new ImportMap().Serve("env", "add", new FuncType([ValType.I32, ValType.I32], [ValType.I32]), server);
        }

        _stores = new StoreRef[stores];
        _functions = new FuncRef[stores];
    }

    public async Task StartAsync(int store)
    {
        _stores[store] = await _host!.CreateStoreAsync();
        _functions[store] = (await _stores[store].InstantiateAsync(_module, _imports)).GetFunc("add");
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b) => _functions[store].CallAsync<int, int, int>(a, b);

    public async Task StopAllAsync()
    {
        foreach (var store in _stores)
        {
            await store.StopAsync();
        }
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Adder : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is ImportCall call)
            {
                Sender.Tell(new ImportReturned(call.Id, new[] { Val.I32(call.Arguments[0].AsI32() + call.Arguments[1].AsI32()) }));
            }
        }
    }
}
