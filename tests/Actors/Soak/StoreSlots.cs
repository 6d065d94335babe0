using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Tests.Soak;

/// <summary>The stores that the tasks share. A store that has gone, or is stopped on purpose, is followed by a new one.</summary>
internal sealed class StoreSlots
{
    private const string Guest = """
        (module
          (import "env" "twice" (func $twice (param i32) (result i32)))
          (import "env" "fail" (func $fail (param i32)))
          (memory (export "memory") 2)
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "twice") (param i32) (result i32) (call $twice (local.get 0)))
          (func (export "fail") (param i32) (call $fail (local.get 0)))
          (func (export "trap") unreachable)
          (func (export "object") (param externref) (result externref) (local.get 0))
          (func (export "touch") (param i32) (result i32)
            (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1)))
            (i32.const 1))
          (func (export "spin") (loop $again (br $again))))
        """;

    private readonly WasmHost _host;
    private readonly WasmModule _module;
    private readonly SoakTally _tally;
    private readonly InstanceRef[] _instances;
    private readonly SemaphoreSlim[] _locks;

    private readonly ImportMap _imports = new ImportSet()
        .Define("env", "twice", (int x) => x * 2)
        .Define("env", "fail", new Action<int>(static x => throw (x == 0 ? new Trap("on purpose") : new InvalidOperationException("on purpose"))));

    private StoreSlots(WasmHost host, WasmModule module, int count, SoakTally tally)
    {
        _host = host;
        _module = module;
        _tally = tally;
        _instances = new InstanceRef[count];
        _locks = [.. Enumerable.Range(0, count).Select(_ => new SemaphoreSlim(1))];
    }

    internal int Count => _instances.Length;

    /// <summary>How many of the stores have not gone.</summary>
    internal int Alive => _instances.Count(static instance => !instance.Store.IsGone);

    internal static async Task<StoreSlots> CreateAsync(WasmHost host, int count, SoakTally tally)
    {
        var slots = new StoreSlots(host, await host.LoadTextAsync(Guest), count, tally);
        for (int i = 0; i < count; i++)
        {
            slots._instances[i] = await slots.NewAsync();
        }

        return slots;
    }

    internal InstanceRef Get(int slot) => Volatile.Read(ref _instances[slot]);

    /// <summary>Stops the store and puts a new one into its place, unless somebody else did.</summary>
    internal async Task ReplaceAsync(int slot, InstanceRef seen)
    {
        await _locks[slot].WaitAsync();
        try
        {
            if (ReferenceEquals(_instances[slot], seen))
            {
                await seen.Store.StopAsync();
                Volatile.Write(ref _instances[slot], await NewAsync());
            }
        }
        finally
        {
            _locks[slot].Release();
        }
    }

    private async Task<InstanceRef> NewAsync()
    {
        var store = await _host.CreateStoreAsync(new StoreSpec { Options = new() { Data = this } });
        var instance = await store.InstantiateAsync(_module, _imports);
        _tally.CountStore();
        return instance;
    }
}
