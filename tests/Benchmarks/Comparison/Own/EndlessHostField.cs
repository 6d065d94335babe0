using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Benchmarks.Comparison.Own;

/// <summary>This project's own beside endless guests: every store runs its guests in time slices. An endless guest is called once,
/// without a deadline, and cancelled at the end.</summary>
internal sealed class EndlessHostField : IEndlessField
{
    private static readonly StoreSpec s_spec = new()
    {
        Options = new StoreOptions
        {
            Mode = ExecutionMode.Preemptive,
            Limits = new StoreLimits { Deadline = Timeout.InfiniteTimeSpan },
        },
        AfterInterrupt = FailurePolicy.Stop,
    };

    private readonly ImportMap _imports;
    private WasmHost? _host;
    private WasmModule _module = null!;
    private FuncRef[] _functions = [];
    private Task[] _endless = [];
    private CancellationTokenSource _stop = new();
    private int _ran;

    internal EndlessHostField() => _imports = new ImportSet().Define("env", "started", () => { Interlocked.Increment(ref _ran); });

    public async Task OpenAsync(int stores, int callers)
    {
        _host = await WasmHost.StartAsync(new WasmHostOptions { Cache = new ModuleCacheOptions { OnDisk = false } });
        _module = await _host.LoadTextAsync(Guests.Endless);
        _functions = new FuncRef[stores];
    }

    public async Task StartAsync(int store) => _functions[store] = (await CreateAsync()).GetFunc("add");

    public ValueTask<int> CallAsync(int caller, int store, int a, int b) => _functions[store].CallAsync<int, int, int>(a, b);

    public async Task StopAllAsync()
    {
        foreach (var function in _functions)
        {
            await function.Store.StopAsync();
        }
    }

    public async Task StartEndlessAsync(int guests)
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _ran = 0;
        var spins = new FuncRef[guests];
        for (int i = 0; i < guests; i++)
        {
            spins[i] = (await CreateAsync()).GetFunc("spin");
        }

        _endless = [.. spins.Select(spin => SpinAsync(spin, _stop.Token))];
    }

    public void StopEndless() => _stop.Cancel();

    public async Task<int> WaitForEndlessAsync()
    {
        await Task.WhenAll(_endless);
        return _ran;
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private async Task<InstanceRef> CreateAsync() => await (await _host!.CreateStoreAsync(s_spec)).InstantiateAsync(_module, _imports);

    private static async Task SpinAsync(FuncRef spin, CancellationToken stop)
    {
        try
        {
            await spin.CallAsync<Nothing>(stop);
        }
        catch (WasmException ended) when (ended.Code is ErrorCode.Cancelled or ErrorCode.StoreGone)
        {
            // A guest that never ran leaves its store alive.
            await spin.Store.StopAsync(CancellationToken.None);
            return;
        }

        throw new InvalidOperationException("The endless guest came back.");
    }
}
