using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Tests.Support;

/// <summary>Guests that several tests use, and short ways to get at an instance.</summary>
internal static class Guests
{
    /// <summary>A counter, a loop without end, a trap and an import that the test provides.</summary>
    internal const string Worker = """
        (module $worker
          (import "env" "host" (func $host (param i32) (result i32)))
          (global $n (mut i32) (i32.const 0))
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))
          (func (export "call_host") (param i32) (result i32) (call $host (local.get 0)))
          (func $spin (export "spin") (loop $again (br $again)))
          (func (export "announce_and_spin") (drop (call $host (i32.const 0))) (call $spin))
          (func (export "trap") unreachable))
        """;

    internal static ImportMap HostImport(Func<int, int> host) => new Runtime.Imports.ImportSet().Define("env", "host", host);

    internal static ImportMap NoHost => HostImport(static x => x);

    internal static StoreSpec Spec(FailurePolicy policy = FailurePolicy.Replace, int queueLimit = 10_000, TimeSpan? deadline = null) => new()
    {
        AfterInterrupt = policy,
        QueueLimit = queueLimit,
        Options = EveryFeature with { Limits = new() { Deadline = deadline ?? TimeSpan.FromSeconds(30) } },
    };

    /// <summary>The defaults, and whatever the module of a test uses.</summary>
    internal static StoreOptions EveryFeature => new() { Features = WasmFeatures.All };

    internal static async Task<InstanceRef> NewAsync(this WasmHost host, string wat, ImportMap? imports = null, StoreSpec? spec = null)
    {
        var module = await host.LoadTextAsync(wat);
        var store = await host.CreateStoreAsync(spec ?? new StoreSpec { Options = EveryFeature });
        return await store.InstantiateAsync(module, imports);
    }
}
