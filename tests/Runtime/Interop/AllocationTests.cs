using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Interop;

/// <summary>Row 5: calls with numbers leave nothing for the garbage collector.</summary>
[Trait("Row", "5")]
public sealed class AllocationTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_typed_call_allocates_nothing()
    {
        var guest = _store.Load("""
            (module
              (memory (export "memory") 1)
              (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
              (func (export "all") (param i64 f32 f64 v128) (result f64) local.get 2)
              (func (export "none"))
              (func (export "pair") (param i32) (result i32 i64) (local.get 0) (i64.const 2)))
            """);
        var (add, all, none, pair) = (guest.GetFunc("add"), guest.GetFunc("all"), guest.GetFunc("none"), guest.GetFunc("pair"));
        var memory = guest.GetMemory();

        AssertNothing(() => add.Call<int, int, int>(5, 3));
        AssertNothing(() => all.Call<long, float, double, UInt128, double>(1, 2, 3, 4));
        AssertNothing(() => none.Call<Nothing>());
        AssertNothing(() => pair.Call<int, (int, long)>(1));
        AssertNothing(() => memory.Write(8, memory.Read<long>(8) + 1));
    }

    [Fact]
    public void A_typed_host_function_called_by_a_guest_allocates_nothing()
    {
        long sum = 0;
        AssertNothing(Run((int a, int b) => a + b));
        AssertNothing(Run((int a, int b) => { sum += a; }));
        AssertNothing(Run((int a, int b) => (a, (long)b)));
        AssertNothing(Run((WasmCaller caller, int a, int b) => caller.Data is null ? a : b));
        AssertNothing(Run((WasmCaller caller, int a, int b) => caller.Store.IsDisposed ? a : 0L));
        Assert.True(sum > 0);
    }

    private Action Run(Delegate callback)
    {
        var type = HostFunc.Create(callback).Type;
        string results = string.Join(' ', type.Results);
        var run = _store.LoadWith(
            $"""
            (module
              (import "host" "f" (func $f (param i32 i32) (result {results})))
              (func (export "run") (param i32 i32) {string.Concat(Enumerable.Repeat(" (call $f (local.get 0) (local.get 1))" + string.Concat(Enumerable.Repeat(" drop", type.Results.Length)), 10))}))
            """,
            callback).GetFunc("run");
        return () => run.Call<int, int, Nothing>(5, 3);
    }

    private static void AssertNothing(Action call)
    {
        for (int i = 0; i < 200; i++)
        {
            call();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            call();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
