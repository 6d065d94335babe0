using WasmActors.Actors.Handles;
using WasmActors.Runtime.Imports;

namespace WasmActors.Conformance.Running;

/// <summary>The host module that scripts import from without defining it: a module of its own, whose functions are the host's.</summary>
internal static class Spectest
{
    /// <summary>The name that scripts know it by.</summary>
    public const string Name = "spectest";

    /// <summary>Instantiates it in a store.</summary>
    public static async Task<InstanceRef> InstantiateAsync(WasmHost host, StoreRef store)
    {
        var module = await host.LoadAsync(Resource.Read("spectest.wat"), Name);
        return await store.InstantiateAsync(module, Prints());
    }

    // Nobody reads what scripts print: that the calls arrive is all that matters.
    private static ImportSet Prints() => new ImportSet()
        .Define("host", "print", static () => { })
        .Define("host", "print_i32", static (int _) => { })
        .Define("host", "print_i64", static (long _) => { })
        .Define("host", "print_f32", static (float _) => { })
        .Define("host", "print_f64", static (double _) => { })
        .Define("host", "print_i32_f32", static (int _, float _) => { })
        .Define("host", "print_f64_f64", static (double _, double _) => { });
}
