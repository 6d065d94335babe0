using System.Text;
using WasmActors.Guests;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>Ruby 3.4 with <c>samples/guests/ruby</c> in one store with default settings.</summary>
public sealed class RubyInterpreterTests
{
    private static readonly ImportSet s_imports = new ImportSet().DefineWasi();

    [SkippableTheory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task An_interpreter_evaluates_code_and_traps_where_it_needs_JavaScript(ExecutionMode mode)
    {
        var file = await RubyGuest.FunctionAsync();
        Skip.If(file.IsMissing, file.MissingBecause);
        using var engine = new WasmEngine();
        using var cache = new ModuleCache(engine, new ModuleCacheOptions { Folder = CompiledGuests.Folder });
        var module = await cache.GetFileAsync(file.Path!);
        using var store = new WasmStore(engine, new StoreOptions { Mode = mode });
        var ruby = store.Instantiate(module, s_imports);
        ruby.GetFunc("_initialize").Call();

        Assert.StartsWith("3.4.", Eval(ruby, "RUBY_VERSION"), StringComparison.Ordinal);
        Assert.Equal("1, 4, 9", Eval(ruby, "$squares = [1, 2, 3].map { _1 ** 2 }.join(', ')"));
        Assert.Equal("1, 4, 9", Eval(ruby, "$squares"));
        Assert.Equal("rescued", Eval(ruby, "begin; raise 'x'; rescue; 'rescued'; end"));
        Assert.Equal("5000", Eval(ruby, "def depth(n) = n.zero? ? 0 : 1 + depth(n - 1); 10.times.sum { depth(500) }.to_s"));
        Assert.Equal("trap.unreachable", Assert.ThrowsAny<WasmException>(() => Eval(ruby, "require 'js'; JS.eval('return 1')")).Code);
    }

    private static string Eval(WasmInstance ruby, string code)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(code);
        int address = ruby.GetFunc("wasmactors_alloc").Call<int, int>(bytes.Length);
        ruby.GetMemory().Write((uint)address, bytes);
        long output = ruby.GetFunc("eval").Call<int, int, long>(address, bytes.Length);
        string text = ruby.GetMemory().ReadString((uint)(output >> 32), (int)output);
        ruby.GetFunc("wasmactors_free").Call<int, int, Nothing>((int)(output >> 32), (int)output);
        return text;
    }
}
