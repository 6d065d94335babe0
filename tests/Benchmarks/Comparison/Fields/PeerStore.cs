using Wasmtime;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>A store of a peer, with its functions looked up once and typed. For one thread at a time.</summary>
internal sealed class PeerStore : IDisposable
{
    private readonly PeerEngine _engine;
    private readonly Store _store;
    private readonly Instance _instance;

    internal PeerStore(PeerEngine engine, Store store, Instance instance)
    {
        _engine = engine;
        _store = store;
        _instance = instance;
        Add = instance.GetFunction<int, int, int>("add")!;
    }

    /// <summary>The guest's function.</summary>
    internal Func<int, int, int> Add { get; }

    /// <summary>The guest's endless function.</summary>
    internal Action Spin => field ??= _instance.GetAction("spin")!;

    /// <summary>Runs the endless guest until the next tick of the epoch interrupts it.</summary>
    internal void SpinUntilTick()
    {
        _store.SetEpochDeadline(1);
        try
        {
            Spin();
        }
        catch (TrapException interrupted) when (interrupted.Type == Wasmtime.TrapCode.Interrupt)
        {
            return;
        }

        throw new InvalidOperationException("The endless guest came back.");
    }

    public void Dispose()
    {
        _store.Dispose();
        _engine.StoreDisposed();
    }
}
