using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.State;

/// <summary>States are the same whatever memories an engine makes.</summary>
public sealed class EngineTests
{
    private const string Guest = """
        (module
          (memory (export "memory") 20 40) (data (i32.const 100000) "initial bytes") (data (i32.const 1000000) "more of them")
          (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
          (func (export "grow") (result i32) (memory.grow (i32.const 5)))
          (func (export "fail") (i32.store (i32.const 100004) (i32.const 0)) (i32.store (i32.const 900000) (i32.const 1)) unreachable))
        """;

    public static TheoryData<string> Engines => ["reserved", "region", "images", "pool"];

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_state_moves_and_is_rolled_back(string engine)
    {
        using var made = new WasmEngine(SettingsOf(engine));
        using var module = DurableGuest.Compile(ModuleText.ToBinary(Guest), made);
        for (int i = 0; i < 3; i++) // places are used again
        {
            using var guest = new DurableGuest(module);
            Assert.Equal('n', guest.I32("read", 100001)); // a page that is there, and as it was
            Assert.Null(guest.State.Capture());
            guest.Call("write", 100000, (int)'I');
            byte[] first = guest.State.Capture()!;
            Assert.InRange(first.Length, 16, 100);
            Assert.Throws<Trap>(() => guest.Call("fail"));
            Assert.True(guest.State.RollBack());
            Assert.Equal('i', guest.I32("read", 100004));
            Assert.Equal('o', guest.I32("read", 1000001));
            guest.I32("grow");
            guest.Call("write", 1_400_000, 9);
            byte[] second = guest.State.Capture()!;

            using var replayed = guest.With(first, second);
            using var restored = guest.With(guest.State.Save());
            Assert.Equal(Bytes(guest), Bytes(replayed));
            Assert.Equal(Bytes(guest), Bytes(restored));
        }
    }

    [Fact]
    public void Instances_that_begin_differently_are_each_compared_with_their_own_beginning()
    {
        using var engine = new WasmEngine();
        using var module = DurableGuest.Compile(
            ModuleText.ToBinary("""
                (module
                  (import "env" "at" (global $at i32)) (memory (export "memory") 4) (data (offset (global.get $at)) "placed")
                  (global (export "g") (mut i32) (global.get $at)))
                """),
            engine);
        using var first = new DurableGuest(module, At(10));
        using var second = new DurableGuest(module, At(70000));

        Assert.Null(first.State.Capture());
        Assert.Null(second.State.Capture());
        second.Instance.GetMemory().Write(70000, 0);
        Assert.True(second.State.RollBack());
        Assert.Equal("placed", second.Instance.GetMemory().ReadString(70000, 6));
    }

    // A global of the guest's own store: the import is made for each.
    private static Func<WasmStore, ImportSet> At(int offset) =>
        store => new ImportSet().Define("env", "at", WasmGlobal.Create(store, new GlobalType(ValType.I32, false), offset));

    private static byte[] Bytes(DurableGuest guest) => guest.Instance.GetMemory() is var m ? m.ReadBytes(0, (int)m.Length) : [];

    private static EngineSettings SettingsOf(string engine) => engine switch
    {
        "region" => new EngineSettings { ReserveMemory = false },
        "images" => new EngineSettings { MemoryImages = true },
        "pool" => new EngineSettings
        {
            Allocation = AllocationStrategy.Pooling,
            Pooling = new PoolingSettings { MaxInstances = 20, MaxMemoryBytes = 16 << 20, KeepResidentBytes = 1 << 20 },
        },
        _ => new EngineSettings(),
    };
}
