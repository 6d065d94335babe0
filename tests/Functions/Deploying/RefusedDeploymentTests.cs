using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;

namespace WasmActors.Functions.Tests.Deploying;

/// <summary>What cannot run is rejected when it is deployed, before it is compiled where the binary says it, and nothing of it is stored.</summary>
public class RefusedDeploymentTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Run = """(func (export "run"))""";

    private readonly TestNode _node = fixture.Node;

    [Theory]
    [InlineData(ErrorCode.FeatureNotAllowed, "Gc", "(type (struct))")]
    [InlineData(ErrorCode.FeatureNotAllowed, "Exceptions", "(tag)")]
    [InlineData(ErrorCode.FeatureNotAllowed, "Memory64", "(memory i64 1)")]
    [InlineData(ErrorCode.FeatureNotAllowed, "MultiMemory", "(memory 1) (memory 1)")]
    [InlineData(ErrorCode.FeatureNotAllowed, "Threads", "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))")]
    [InlineData(ErrorCode.FeatureNotAllowed, "WASM_LEGACY_EXCEPTIONS=0", "(tag $t) (func try catch $t end)")]
    [InlineData(ErrorCode.LimitExceeded, "limits.memoryBytes", "(memory 1025)")]
    [InlineData(ErrorCode.LimitExceeded, "100,001 elements", "(table 100001 funcref)")]
    [InlineData(ErrorCode.MissingImport, "3 things that are not defined: a::b, a::c, d::e, and no set", """(import "a" "b" (func)) (import "a" "c" (global i32)) (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))) (import "d" "e" (memory 1))""")]
    [InlineData(ErrorCode.MissingImport, "wasi_snapshot_preview1::no_such", """(import "wasi_snapshot_preview1" "no_such" (func))""")]
    public async Task What_its_binary_says_is_found_without_compiling(string code, string named, string fields)
    {
        long compiled = _node.Host.Modules.Compilations;

        var refused = await Expect.FailureAsync(code, DeployAsync($"(module {fields} {Run})"));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Equal(compiled, _node.Host.Modules.Compilations);
        await AssertNothingIsThereAsync($"(module {fields} {Run})");
    }

    [Theory]
    [InlineData(ErrorCode.ImportWrongType, "fd_write", """(import "wasi_snapshot_preview1" "fd_write" (func (param i64)))""")]
    [InlineData("trap.memory_out_of_bounds", "", """(memory 1) (data (i32.const 65536) "x")""")]
    [InlineData("trap.table_out_of_bounds", "", """(table 1 funcref) (elem (i32.const 1) $f) (func $f)""")]
    public async Task What_keeps_it_from_being_instantiated_is_found(string code, string named, string fields)
    {
        var refused = await Expect.FailureAsync(code, DeployAsync($"(module {fields} {Run})"));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        await AssertNothingIsThereAsync($"(module {fields} {Run})");
    }

    [Fact]
    public async Task Fuel_that_the_node_does_not_count_is_refused()
    {
        var spec = new FunctionSpec("fuelled") { Limits = new FunctionLimits { Fuel = 1000 } };

        Assert.Contains("does not count fuel", (await Expect.FailureAsync(FunctionErrorCode.BadSpec, _node.DeployAsync(spec, Wat.Counter))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WasmFeatures.Gc, """(module (type $s (struct (field i32))) (func (export "run") (result i32) (struct.get $s 0 (struct.new $s (i32.const 7)))))""")]
    [InlineData(WasmFeatures.Exceptions, """(module (tag $t) (func (export "run") (result i32) (block $c (try_table (catch $t $c) (throw $t))) (i32.const 7)))""")]
    [InlineData(WasmFeatures.Memory64, """(module (memory i64 1) (func (export "run") (result i32) (i32.store (i64.const 8) (i32.const 7)) (i32.load (i64.const 8))))""")]
    public async Task A_feature_that_is_granted_runs(WasmFeatures feature, string wat)
    {
        string name = $"granted-{feature}".ToLowerInvariant();

        await _node.DeployAsync(new FunctionSpec(name) { Grants = new FunctionGrants { Features = feature } }, wat);

        Assert.Equal(7, (await Expect.SoonAsync(_node.Functions.Get(name).CallAsync("run"))).Value.AsI32());
    }

    [Fact]
    public async Task A_feature_that_the_node_does_not_compile_cannot_be_granted()
    {
        var spec = new FunctionSpec("wide") { Grants = new FunctionGrants { Features = WasmFeatures.WideArithmetic } };

        Assert.Contains("WideArithmetic", (await Expect.FailureAsync(FunctionErrorCode.BadSpec, _node.DeployAsync(spec, Wat.Counter))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_function_is_not_run_by_the_deployment()
    {
        const string Starting = """(module (start $s) (func $s unreachable) (func (export "run")))""";

        await _node.DeployAsync(new FunctionSpec("starting"), Starting);

        await Expect.FailureAsync("trap.unreachable", _node.Functions.Get("starting").CallAsync("run"));
    }

    private Task<Deployment> DeployAsync(string wat) => _node.DeployAsync(new FunctionSpec("refused"), wat);

    private async Task AssertNothingIsThereAsync(string wat)
    {
        Assert.Null(_node.Functions.Catalogue.Find("refused"));
        byte[] binary = Runtime.Modules.Binary.ModuleText.ToBinary(Encoding.UTF8.GetBytes(wat));
        Assert.Null(await Expect.SoonAsync(_node.Functions.FindModuleAsync(Runtime.Modules.WasmModule.DigestOf(binary))));
    }
}
