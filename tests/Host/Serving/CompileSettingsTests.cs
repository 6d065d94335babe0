using System.Text;
using WasmActors.Host.Tests.Cli;
using WasmActors.Host.Tests.Http;

namespace WasmActors.Host.Tests.Serving;

/// <summary>What can be set for compiling and running modules has its effect, and a failure names the setting.</summary>
public sealed class CompileSettingsTests : IDisposable
{
    private const string Recursive = """(module (func $down (export "down") (param i32) (result i32) (if (result i32) (local.get 0) (then (i32.add (call $down (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else (i32.const 0)))))""";

    // Takes some hundred milliseconds to compile: far more than the 10 that are allowed.
    private static readonly string Slow =
        $"(module (func (export \"one\") (result i32) (i32.const 1)) {string.Concat(Enumerable.Repeat("(func (param i32) (result i32) (loop (result i32) (br_if 0 (local.get 0)) (i32.mul (local.get 0) (i32.const 3))))", 3_000))})";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_limit_of_compiling_is_set_and_named_by_the_failure()
    {
        string config = _folder.Write("settings.json", """{ "WasmActors": { "Modules": { "CompileLimits": { "WallTime": "10ms" }, "ModuleLimits": { "Exports": 1 } } } }""");
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open", "--config", config);

        var slow = await DeployAsync(serve.Client, "slow", Slow);
        var large = await DeployAsync(serve.Client, "large", """(module (func (export "a")) (func (export "b")))""");

        Assert.Contains("(WasmActors:Modules:CompileLimits:WallTime)", slow.IsFailure(422, "module.too_expensive").Detail, StringComparison.Ordinal);
        Assert.Contains("(WasmActors:Modules:ModuleLimits:Exports)", large.IsFailure(413, "module.too_large").Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("64KiB", false)]
    [InlineData("1536KiB", true)]
    public async Task The_stack_of_guests_is_set(string stack, bool isEnough)
    {
        string config = _folder.Write("settings.json", $$"""{ "WasmActors": { "Stores": { "GuestStack": "{{stack}}" } } }""");
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open", "--config", config);
        (await DeployAsync(serve.Client, "deep", Recursive)).Is(201);

        var answer = await ServedHost.SendAsync(serve.Client, HttpMethod.Post, "/v1/functions/deep/calls/down", ServedHost.Json("[8000]"));

        if (isEnough)
        {
            answer.Is(200, """{"results":[8000]}""");
        }
        else
        {
            Assert.Contains("WasmActors:Stores:GuestStack", answer.IsFailure(422, "trap.stack_overflow").Detail, StringComparison.Ordinal);
        }
    }

    private static async Task<Answer> DeployAsync(HttpClient client, string name, string module)
    {
        using var body = new StringContent(module, Encoding.UTF8, "text/plain");
        return await ServedHost.SendAsync(client, HttpMethod.Put, $"/v1/functions/{name}", body);
    }
}
