using BenchmarkDotNet.Attributes;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.State;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Benchmarks.State;

/// <summary>What a durable instance costs beyond its calls: to capture what a call changed, to undo it, and to
/// restore a state.</summary>
[MemoryDiagnoser]
public class CaptureBenchmarks
{
    private WasmEngine _engine = null!;
    private WasmModule _module = null!;
    private WasmStore _store = null!;
    private WasmFunc _write = null!;
    private InstanceState _state = null!;
    private byte[] _saved = null!;
    private int _value;

    /// <summary>Size of the memory, how much of it was written once, and how much each call writes.</summary>
    public enum Shape
    {
        Small64KiB1Page,
        Medium1MiB4PagesOf16,
        Medium1MiB4PagesOf256,
        Large16MiB1PageOf64,
        Large16MiB1PageOf4096,
        Large16MiB64PagesOf4096,
    }

    [ParamsAllValues]
    public Shape Memory { get; set; }

    private (int Pages, int Resident, int Dirty) Figures => Memory switch
    {
        Shape.Small64KiB1Page => (1, 2, 1),
        Shape.Medium1MiB4PagesOf16 => (16, 16, 4),
        Shape.Medium1MiB4PagesOf256 => (16, 256, 4),
        Shape.Large16MiB1PageOf64 => (256, 64, 1),
        Shape.Large16MiB1PageOf4096 => (256, 4096, 1),
        _ => (256, 4096, 64),
    };

    [GlobalSetup]
    public void Setup()
    {
        _engine = new WasmEngine();
        _module = WasmModule.FromBytes(_engine, StateRewriter.Rewrite(ModuleText.ToBinary(Guest(Figures.Pages))));
        (_store, _state) = Start();
        var instance = _store.LastInstance!;
        instance.GetFunc("touch").Call<int, Nothing>(Figures.Resident);
        _state.Capture();
        _write = instance.GetFunc("write");
        _saved = _state.Save();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _state.Dispose();
        _store.Dispose();
        _module.Dispose();
        _engine.Dispose();
    }

    [Benchmark(Baseline = true, Description = "call")]
    public void Call() => _write.Call<int, int, Nothing>(Figures.Dirty, ++_value);

    [Benchmark(Description = "call, capture")]
    public byte[]? Capture()
    {
        Call();
        return _state.Capture();
    }

    [Benchmark(Description = "call, roll back")]
    public bool RollBack()
    {
        Call();
        return _state.RollBack();
    }

    [Benchmark(Description = "capture of nothing")]
    public byte[]? Nothing() => _state.Capture();

    [Benchmark(Description = "new store, apply, dispose")]
    public void Restore()
    {
        var (store, state) = Start();
        state.Apply(_saved);
        state.Dispose();
        store.Dispose();
    }

    private (WasmStore Store, InstanceState State) Start()
    {
        var store = new WasmStore(_engine, new StoreOptions { Mode = ExecutionMode.Direct });
        return (store, InstanceState.Attach(store.Instantiate(_module)));
    }

    private static string Guest(int pages) => $"""
        (module
          (memory {pages})
          (func (export "touch") (param $pages i32) (local $i i32)
            (loop $next
              (i32.store (i32.mul (local.get $i) (i32.const 4096)) (i32.const 7))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $next (i32.lt_u (local.get $i) (local.get $pages)))))
          (func (export "write") (param $pages i32) (param $value i32) (local $i i32)
            (loop $next
              (i32.store (i32.add (i32.mul (local.get $i) (i32.const 4096)) (i32.const 512)) (local.get $value))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $next (i32.lt_u (local.get $i) (local.get $pages))))))
        """;
}
