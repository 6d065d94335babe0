using System.Net;
using System.Net.Http.Headers;
using System.Text;
using WasmActors.Host.Tests.Cli;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Imports;

public sealed class FunctionCallsTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ServerProcess _serve = null!;

    public async Task InitializeAsync()
    {
        _serve = await ProgramRun.ServeAsync(_folder, "--open");
        await DeployAsync("echo", "echo.wat", """{ "convention": "bytes" }""");
        await DeployAsync("counter", "echo.wat", """{ "convention": "bytes", "kind": "keyed" }""");
    }

    public Task DisposeAsync() => _serve.DisposeAsync().AsTask();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_guest_calls_functions_by_name_and_key_and_learns_of_failures_where_it_is_granted_to()
    {
        await DeployAsync("relay", "relay.wat", """{ "convention": "bytes", "reuse": "untilIdle", "grants": { "imports": ["functions"] } }""");

        Assert.Equal("hello", await CallAsync("to_echo", "hello"));
        Assert.Equal("1", await CallAsync("to_counter", "a"));
        Assert.Equal("2", await CallAsync("to_counter", "a"));
        Assert.Equal("1", await CallAsync("to_counter", "b"));
        Assert.Equal("", await CallAsync("is_failed", "x"));
        Assert.StartsWith("function.not_found: No function 'missing' is deployed", await CallAsync("to_missing", "x"), StringComparison.Ordinal);
        Assert.StartsWith("trap.unreachable: ", await CallAsync("to_trap", "x"), StringComparison.Ordinal);
        Assert.StartsWith("memory.out_of_range: ", await CallAsync("outside", "x"), StringComparison.Ordinal);
        Assert.StartsWith("call.bad_arguments: ", await CallAsync("too_long", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_grant_such_a_module_cannot_be_deployed()
    {
        using var answer = await PutAsync("relay", "relay.wat", """{ "convention": "bytes" }""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("link.missing_import", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string> CallAsync(string export, string input)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(input)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var answer = await _serve.Client.PostAsync(new Uri($"/v1/functions/relay/calls/{export}", UriKind.Relative), body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    private async Task DeployAsync(string name, string file, string settings)
    {
        using var answer = await PutAsync(name, file, settings);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> PutAsync(string name, string file, string settings)
    {
        using var module = new StringContent(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Imports", file)), Encoding.UTF8, "text/plain");
        using var stored = await _serve.Client.PostAsync(new Uri("/v1/modules", UriKind.Relative), module);
        string digest = (await stored.Content.ReadAsStringAsync()).Split('"')[3];
        using var body = new StringContent(settings.Insert(1, $"\"moduleDigest\": \"{digest}\","), Encoding.UTF8, "application/json");
        return await _serve.Client.PutAsync(new Uri($"/v1/functions/{name}", UriKind.Relative), body);
    }
}
