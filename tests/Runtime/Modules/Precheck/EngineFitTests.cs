using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Cache;
using WasmActors.Runtime.Modules.Precheck;
using static WasmActors.Runtime.Tests.Modules.BinaryBuilder;

namespace WasmActors.Runtime.Tests.Modules.Precheck;

/// <summary>What no engine compiles is rejected by the code of a feature, before it is compiled.</summary>
public sealed class EngineFitTests
{
    public static TheoryData<string, byte[]> Modules => new()
    {
        { "older proposal", ModuleText.ToBinary("(module (tag $t) (func try catch $t end))") },
        { "older proposal", ModuleText.ToBinary("(module (func try catch_all end))") },
        { "older proposal", ModuleText.ToBinary("(module (func try nop delegate 0))") },
        { "older proposal", ModuleText.ToBinary("(module (tag $t) (func try catch $t rethrow 0 end))") },
        { "compact encoding", Module(Section(1, 0x01, 0x60, 0x00, 0x00), Section(2, [0x01, .. Name("m"), 0x00, 0x7F, 0x01, .. Name("f"), 0x00, 0x00])) },
        { "compact encoding", Module(Section(1, 0x01, 0x60, 0x00, 0x00), Section(2, [0x01, .. Name("m"), 0x00, 0x7E, 0x00, 0x00, 0x02, .. Name("f"), .. Name("g")])) },
    };

    [Theory]
    [MemberData(nameof(Modules))]
    public async Task It_is_named_and_nothing_is_compiled(string named, byte[] wasm)
    {
        using var engine = new WasmEngine();
        using var cache = new ModuleCache(engine, new ModuleCacheOptions { OnDisk = false, Isolation = CompileIsolation.ChildProcess });

        var here = Assert.Throws<WasmError>(() => WasmModule.FromBytes(engine, wasm));
        var cached = await Assert.ThrowsAsync<WasmError>(() => cache.GetAsync(wasm));

        Assert.All([here, cached], error =>
        {
            Assert.Equal(ErrorCode.FeatureNotAllowed, error.Code);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        });
        Assert.Equal(0, cache.Compilations);
    }

    [Fact]
    public void A_module_that_cannot_be_read_is_judged_by_compiling_it()
    {
        using var engine = new WasmEngine();
        byte[] wasm = Module(Section(1, 0x01, 0x60, 0x00, 0x00), Section(3, 0x01, 0x00), Section(10, 0x01, 0x05, 0x00, 0x06, 0x40, 0xFF, 0x0B));

        Assert.Equal(ErrorCode.ModuleInvalid, Assert.Throws<WasmError>(() => WasmModule.FromBytes(engine, wasm)).Code);
        Assert.True(TraitReader.Read(wasm).HasFlag(ModuleTraits.Unread));
    }
}
