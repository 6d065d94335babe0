using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.State;

/// <summary>An instance of a rewritten module in a store of its own, with its state.</summary>
internal sealed class DurableGuest : IDisposable
{
    private readonly WasmModule _module;
    private readonly Func<WasmStore, ImportSet>? _imports;
    private readonly PagePlan _plan;
    private readonly WasmStore _store;

    public DurableGuest(WasmModule module, ImportSet imports)
        : this(module, _ => imports)
    {
    }

    public DurableGuest(WasmModule module, Func<WasmStore, ImportSet>? imports = null, PagePlan? plan = null)
    {
        _module = module;
        _imports = imports;
        _plan = plan ?? PagePlan.For(module.Engine);
        _store = new WasmStore(module.Engine, new StoreOptions
        {
            Features = WasmFeatures.All,
            Mode = ExecutionMode.Direct,
            Limits = new StoreLimits { Deadline = TimeSpan.FromSeconds(60), Memories = null, Tables = null },
        });
        Instance = _store.Instantiate(module, imports?.Invoke(_store));
        State = InstanceState.Attach(Instance, _plan);
    }

    public WasmInstance Instance { get; }

    public InstanceState State { get; }

    public static DurableGuest Of(string text, PagePlan? plan = null) => new(Compile(ModuleText.ToBinary(text)), null, plan);

    public static WasmModule Compile(ReadOnlyMemory<byte> wasm, WasmEngine? engine = null) =>
        WasmModule.FromBytes(engine ?? TestStore.Plain, StateRewriter.Rewrite(wasm));

    /// <summary>A fresh guest of the same module.</summary>
    public DurableGuest Fresh() => new(_module, _imports, _plan);

    /// <summary>A fresh guest with deltas applied in order.</summary>
    public DurableGuest With(params byte[][] deltas)
    {
        var fresh = Fresh();
        Array.ForEach(deltas, d => fresh.State.Apply(d));
        return fresh;
    }

    public Results Call(string name, params object?[] arguments) => Instance.GetFunc(name).Call((ReadOnlySpan<object?>)arguments);

    public int I32(string name, params object?[] arguments) => Call(name, arguments).Value.AsI32();

    public void Dispose()
    {
        State.Dispose();
        _store.Dispose();
    }
}
