using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>A store for one test, on an engine that all tests with the same needs share.</summary>
internal sealed class TestStore : IDisposable
{
    private static readonly Lazy<WasmEngine> s_plain = new(static () => new WasmEngine());
    private static readonly Lazy<WasmEngine> s_fuelled = new(static () => new WasmEngine(new EngineSettings { Fuel = true }));

    public TestStore(StoreLimits? limits = null, object? data = null, bool fuelled = false)
    {
        Engine = fuelled ? Fuelled : Plain;
        Store = new WasmStore(Engine, new StoreOptions { Limits = limits ?? new StoreLimits(), Features = WasmFeatures.All, Data = data });
    }

    public static WasmEngine Plain => s_plain.Value;

    public static WasmEngine Fuelled => s_fuelled.Value;

    public WasmEngine Engine { get; }

    public WasmStore Store { get; }

    public WasmModule Compile(string text) => WasmModule.FromText(Engine, text);

    public WasmInstance Load(string text, ImportSet? imports = null) => Store.Instantiate(Compile(text), imports);

    /// <summary>An instance of a module whose only import is the function <c>host::f</c>.</summary>
    public WasmInstance Load(string text, HostFunc function) => Load(text, new ImportSet().Define("host", "f", function));

    public WasmInstance LoadWith(string text, Delegate function) => Load(text, HostFunc.Create(function, "f"));

    public void Dispose() => Store.Dispose();
}
