using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>Objects that were disposed and are used all the same: errors, never a use of memory that was given back.</summary>
public sealed class DisposalTests
{
    private const string Answer = """(module (func (export "answer") (result i32) i32.const 42))""";

    [Fact]
    public void A_disposed_module_cannot_be_instantiated()
    {
        using var store = new TestStore();
        var module = store.Compile(Answer);
        module.Dispose();

        Assert.Equal("module.gone", Assert.Throws<WasmError>(() => store.Store.Instantiate(module)).Code);
        Assert.Equal("module.gone", Assert.Throws<WasmError>(() => store.Store.Instantiate(module, [])).Code);
    }

    [Fact]
    public void A_disposed_module_cannot_be_instantiated_by_a_set_that_linked_it_before()
    {
        using var store = new TestStore();
        var module = store.Compile(Answer);
        var set = new ImportSet();
        store.Store.Instantiate(module, set);
        module.Dispose();

        Assert.Equal("module.gone", Assert.Throws<WasmError>(() => store.Store.Instantiate(module, set)).Code);
    }

    [Fact]
    public void An_instance_outlives_its_module()
    {
        using var store = new TestStore();
        var module = store.Compile(Answer);
        var instance = store.Store.Instantiate(module);
        module.Dispose();
        GC.Collect();

        Assert.Equal(42, instance.GetFunc("answer").Call<int>());
        Assert.Equal("answer", instance.Exports[0].Key);
    }

    [Fact]
    public void A_disposed_engine_compiles_nothing()
    {
        var engine = new WasmEngine();
        engine.Dispose();

        Assert.Throws<ObjectDisposedException>(() => WasmModule.FromText(engine, Answer));
        Assert.Throws<ObjectDisposedException>(() => new WasmStore(engine));
    }

    [Fact]
    public void A_store_outlives_the_disposal_of_its_engine()
    {
        var engine = new WasmEngine();
        var module = WasmModule.FromText(engine, Answer);
        using var store = new WasmStore(engine);
        engine.Dispose();

        Assert.Equal(42, store.Instantiate(module).GetFunc("answer").Call<int>());
        Assert.Equal(1, engine.LiveStores);
    }

    [Fact]
    public void An_engine_disposed_while_it_compiles_ends_after_the_last_module_is_done()
    {
        var engine = new WasmEngine();
        int compiled = 0;
        using var begun = new CountdownEvent(2);
        var compilers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            try
            {
                while (true)
                {
                    WasmModule.FromText(engine, Answer).Dispose();
                    if (Interlocked.Increment(ref compiled) <= 2)
                    {
                        begun.Signal();
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        })).ToArray();
        begun.Wait();
        engine.Dispose();

        Assert.All(compilers, static c => Assert.True(c.GetAwaiter().GetResult()));
    }
}
