using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Tests.Calls;

public class SignatureTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Typed = """
        (module
          (memory (export "memory") 1)
          (func (export "add") (param i32 i64) (result f64) f64.const 0)
          (func (export "none")))
        """;

    private readonly TestNode _node = fixture.Node;

    [Fact]
    public async Task The_exported_functions_have_their_types_and_other_exports_are_not_told()
    {
        await _node.DeployAsync(new FunctionSpec("typed"), Typed);

        var exports = await Expect.SoonAsync(_node.Functions.ExportsAsync("typed"));

        Assert.Equal(
            [new FunctionExport("add", new FuncType([ValType.I32, ValType.I64], [ValType.F64])), new FunctionExport("none", new FuncType([], []))],
            exports);
    }

    [Fact]
    public async Task A_signature_that_was_asked_for_is_there_without_waiting_or_allocating()
    {
        await _node.DeployAsync(new FunctionSpec("asked"), Typed);
        var type = await Expect.SoonAsync(_node.Functions.SignatureAsync("asked", "add"));

        Assert.True(_node.Functions.TryGetSignature("asked", "add", out var known));
        Assert.Equal(type, known);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool found = true;
        for (int i = 0; i < 100; i++)
        {
            found &= _node.Functions.TryGetSignature("asked", "add", out _);
        }

        Assert.True(found);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_signature_is_that_of_the_active_version()
    {
        await _node.DeployAsync(new FunctionSpec("changed"), Typed);
        await Expect.SoonAsync(_node.Functions.SignatureAsync("changed", "add"));
        await _node.DeployAsync(new FunctionSpec("changed"), """(module (func (export "add") (param f32)))""");

        Assert.Equal(new FuncType([ValType.F32], []), await Expect.SoonAsync(_node.Functions.SignatureAsync("changed", "add")));
    }

    [Fact]
    public async Task What_is_not_there_is_told_apart()
    {
        await _node.DeployAsync(new FunctionSpec("sparse"), Typed);

        await Expect.FailureAsync(FunctionErrorCode.NotFound, _node.Functions.SignatureAsync("nobody", "add"));
        await Expect.FailureAsync(FunctionErrorCode.NotFound, _node.Functions.ExportsAsync("nobody"));
        await Expect.FailureAsync(ErrorCode.ExportNotFound, _node.Functions.SignatureAsync("sparse", "sub"));
        await Expect.FailureAsync(ErrorCode.ExportWrongKind, _node.Functions.SignatureAsync("sparse", "memory"));
        Assert.False(_node.Functions.TryGetSignature("sparse", "memory", out _));
        Assert.False(_node.Functions.TryGetSignature("nobody", "add", out _));
    }

    [Fact]
    public async Task A_module_that_was_stored_can_be_found_and_deployed_by_its_digest()
    {
        var stored = await Expect.SoonAsync(_node.Functions.PutModuleAsync(Encoding.UTF8.GetBytes(Typed)));

        var bytes = (await Expect.SoonAsync(_node.Functions.FindModuleAsync(stored.Digest)))!.Value;
        await Expect.SoonAsync(_node.Functions.DeployAsync(new FunctionSpec("by-digest") { ModuleDigest = stored.Digest }));

        Assert.Equal(stored.Bytes, bytes.Length);
        Assert.Equal(0.0, (await Expect.SoonAsync(_node.Functions.Get("by-digest").CallAsync("add", 1, 2L))).Value.AsF64());
    }

    [Fact]
    public async Task A_module_that_is_not_stored_cannot_be_deployed()
    {
        string digest = new('0', 64);

        await Expect.FailureAsync(FunctionErrorCode.ModuleNotFound, _node.Functions.DeployAsync(new FunctionSpec("missing") { ModuleDigest = digest }));
        await Expect.FailureAsync(FunctionErrorCode.BadSpec, _node.Functions.DeployAsync(new FunctionSpec("missing") { ModuleDigest = "x" }));
        Assert.Null(await Expect.SoonAsync(_node.Functions.FindModuleAsync(digest)));
        Assert.Null(await Expect.SoonAsync(_node.Functions.FindModuleAsync("x")));
    }

    [Fact]
    public async Task A_module_with_another_digest_than_was_said_is_not_stored()
    {
        byte[] module = Encoding.UTF8.GetBytes("""(module (func (export "mismatched")))""");

        await Expect.FailureAsync(FunctionErrorCode.ModuleDigestMismatch, _node.Functions.PutModuleAsync(module, new string('0', 64)));

        string digest = (await Expect.SoonAsync(_node.Host.LoadAsync(module))).Digest;
        Assert.Null(await Expect.SoonAsync(_node.Functions.FindModuleAsync(digest)));
    }
}
