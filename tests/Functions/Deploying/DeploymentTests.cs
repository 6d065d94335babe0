using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Deploying;

public class DeploymentTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly TestNode _node = fixture.Node;

    [Fact]
    public async Task A_deployed_function_is_called_by_its_name()
    {
        var deployed = await _node.DeployAsync(new FunctionSpec("adder"), Wat.Counter);

        Assert.Equal(1, deployed.Version);
        Assert.Equal(1, _node.Functions.Catalogue.Find("adder")!.Active);
        Assert.Equal(5L, (await Expect.SoonAsync(_node.Functions.Get("adder").CallAsync("add", 2, 3L))).Value.AsI64());
    }

    [Fact]
    public async Task The_same_deployment_again_is_the_same_version()
    {
        await _node.DeployAsync(new FunctionSpec("same"), Wat.Counter);

        Assert.Equal(1, (await _node.DeployAsync(new FunctionSpec("same"), Wat.Counter)).Version);
        Assert.Equal(2, (await _node.DeployAsync(new FunctionSpec("same"), Wat.Hundreds)).Version);
    }

    [Fact]
    public async Task New_calls_go_to_the_new_version_and_back_after_a_rollback()
    {
        var function = _node.Functions.Get("versions");
        await _node.DeployAsync(new FunctionSpec("versions"), Wat.Counter);
        Assert.Equal(1, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());

        await _node.DeployAsync(new FunctionSpec("versions"), Wat.Hundreds);
        Assert.Equal(100, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());

        Assert.Equal(1, (await Expect.SoonAsync(_node.Functions.ActivateAsync("versions"))).Version);
        Assert.Equal(1, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task A_deleted_function_is_unknown()
    {
        var function = _node.Functions.Get("gone");
        await _node.DeployAsync(new FunctionSpec("gone"), Wat.Counter);
        await _node.DeployAsync(new FunctionSpec("gone-keyed") { Kind = FunctionKind.Keyed }, Wat.Counter);
        await Expect.SoonAsync(_node.Functions.Get("gone-keyed", "k").CallAsync("next"));

        Assert.Equal(0, (await Expect.SoonAsync(_node.Functions.DeleteAsync("gone"))).Version);
        await Expect.SoonAsync(_node.Functions.DeleteAsync("gone-keyed"));

        await Expect.FailureAsync(FunctionErrorCode.NotFound, function.CallAsync("next"));
        await Expect.FailureAsync(FunctionErrorCode.NotFound, _node.Functions.Get("gone-keyed", "k").CallAsync("next"));
        await Expect.FailureAsync(FunctionErrorCode.NotFound, _node.Functions.DeleteAsync("gone"));
    }

    [Fact]
    public async Task What_a_deleted_function_held_is_not_seen_by_its_successor()
    {
        var function = _node.Functions.Get("successor", "k");
        await _node.DeployAsync(new FunctionSpec("successor") { Kind = FunctionKind.Keyed }, Wat.Counter);
        await Expect.SoonAsync(function.CallAsync("next"));
        await Expect.SoonAsync(_node.Functions.DeleteAsync("successor"));
        await _node.DeployAsync(new FunctionSpec("successor") { Kind = FunctionKind.Keyed }, Wat.Counter);

        Assert.Equal(1, (await Expect.SoonAsync(function.CallAsync("next"))).Value.AsI32());
    }

    [Fact]
    public async Task Of_two_deployments_that_expect_the_same_one_is_refused()
    {
        await _node.DeployAsync(new FunctionSpec("raced"), Wat.Counter);
        byte[] module = Encoding.UTF8.GetBytes(Wat.Hundreds);

        var both = await Task.WhenAll(TryAsync("left"), TryAsync("right"));

        Assert.Equal(1, both.Count(static b => b));
        Assert.Equal(2, _node.Functions.Catalogue.Find("raced")!.Active);

        async Task<bool> TryAsync(string label)
        {
            try
            {
                await Expect.SoonAsync(_node.Functions.DeployAsync(new FunctionSpec("raced") { Label = label }, module, expectedActive: 1));
                return true;
            }
            catch (WasmError refused) when (refused.Code == FunctionErrorCode.Conflict)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task What_is_no_module_is_not_deployed()
    {
        await Expect.FailureAsync(ErrorCode.ModuleInvalid, _node.DeployAsync(new FunctionSpec("broken"), "(module (func (export"));
        Assert.Null(_node.Functions.Catalogue.Find("broken"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../etc/passwd")]
    [InlineData("a/b")]
    [InlineData("UPPER")]
    [InlineData("-dash")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_name_that_is_not_allowed_is_refused(string name)
    {
        await Expect.FailureAsync(FunctionErrorCode.BadName, _node.DeployAsync(new FunctionSpec(name), Wat.Counter));
        Assert.Equal(FunctionErrorCode.BadName, Assert.Throws<WasmError>(() => _node.Functions.Get(name)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("line\nbreak")]
    [InlineData("nul\0")]
    public void A_key_that_is_not_allowed_is_refused(string key) =>
        Assert.Equal(FunctionErrorCode.BadKey, Assert.Throws<WasmError>(() => _node.Functions.Get("f", key)).Code);

    [Fact]
    public void A_key_that_is_no_text_is_refused() =>
        Assert.Equal(FunctionErrorCode.BadKey, Assert.Throws<WasmError>(() => _node.Functions.Get("f", "half a pair: \ud800")).Code);

    [Fact]
    public void A_key_may_have_256_bytes()
    {
        Assert.Equal(new string('k', 256), _node.Functions.Get("f", new string('k', 256)).Key);
        Assert.Equal(FunctionErrorCode.BadKey, Assert.Throws<WasmError>(() => _node.Functions.Get("f", new string('ä', 129))).Code);
    }

    [Theory]
    [InlineData(CallingConvention.Core, "(module)", "exports no function")]
    [InlineData(CallingConvention.Bytes, "(module (func (export \"f\")))", "'memory'")]
    [InlineData(CallingConvention.Bytes, "(module (memory (export \"memory\") 1) (func (export \"f\")))", "wasmactors_alloc")]
    [InlineData(CallingConvention.WasiCommand, "(module (func (export \"f\")))", "_start")]
    public async Task A_module_that_does_not_fit_its_convention_is_refused(CallingConvention convention, string wat, string named)
    {
        var refused = await Expect.FailureAsync(FunctionErrorCode.BadSpec, _node.DeployAsync(new FunctionSpec("misfit") { Convention = convention }, wat));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_that_nobody_grants_is_refused()
    {
        var refused = await Expect.FailureAsync(ErrorCode.MissingImport, _node.DeployAsync(new FunctionSpec("needy"), """(module (import "env" "secret" (func)) (func (export "f")))"""));
        Assert.Contains("env::secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_keyed_program_is_refused()
    {
        var spec = new FunctionSpec("odd") { Kind = FunctionKind.Keyed, Convention = CallingConvention.WasiCommand };
        await Expect.FailureAsync(FunctionErrorCode.BadSpec, _node.DeployAsync(spec, Wat.CopyThenFail));
    }

    [Fact]
    public async Task A_limit_out_of_its_range_is_refused_by_name()
    {
        var spec = new FunctionSpec("limits") { Limits = new FunctionLimits { QueueLimit = -1 } };
        Assert.Contains("FunctionLimits.QueueLimit is -1", (await Expect.FailureAsync(FunctionErrorCode.BadSpec, _node.DeployAsync(spec, Wat.Counter))).Message, StringComparison.Ordinal);
    }
}
