using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Memories without addresses of their own from the start: for very many stores in one process.</summary>
public sealed class UnreservedMemoryTests
{
    private const string Guest = """
        (module
          (memory (export "memory") 1 10)
          (data (i32.const 8) "kept")
          (func (export "grow") (result i32) (memory.grow (i32.const 1)))
          (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))
        """;

    [Fact]
    public void A_memory_that_moves_when_it_grows_keeps_its_contents_and_its_bounds()
    {
        using var engine = new WasmEngine(new EngineSettings { ReserveMemory = false });
        using var module = WasmModule.FromText(engine, Guest);
        using var store = new WasmStore(engine);
        var guest = store.Instantiate(module);
        var memory = guest.GetMemory();
        for (int pages = 1; pages < 10; pages++)
        {
            Assert.Equal("kept", memory.ReadString(8, 4));
            Assert.Equal(TrapCode.MemoryOutOfBounds, Assert.Throws<Trap>(() => guest.GetFunc("load").Call<int, int>(pages * 65536)).TrapCode);
            Assert.Equal(pages, guest.GetFunc("grow").Call<int>());
        }

        Assert.Equal(-1, guest.GetFunc("grow").Call<int>());
        Assert.Equal("kept", memory.ReadString(8, 4));
    }

    [Fact]
    public void It_contradicts_a_pool()
    {
        var settings = new EngineSettings { ReserveMemory = false, Allocation = AllocationStrategy.Pooling };
        var error = Assert.Throws<WasmError>(() => new WasmEngine(settings));
        Assert.Equal(ErrorCode.BadSettings, error.Code);
        Assert.Contains("ReserveMemory", error.Message, StringComparison.Ordinal);
    }
}
