using System.Text;

namespace WasmActors.Host.Tests.Http;

[Collection(OpenHost.Name)]
public class ModuleTests(OpenHost host)
{
    [Fact]
    public async Task A_module_is_listed_with_its_functions_and_deleted_once_none_uses_it()
    {
        string text = """(module (func (export "get") (result i32) i32.const 4711))""";
        using var body = ServedHost.Bytes(Encoding.UTF8.GetBytes(text), "text/plain");
        string digest = (await host.SendAsync(HttpMethod.Post, "/v1/modules", body)).Is(200).Json.GetProperty("digest").GetString()!;
        Assert.Empty((await FindAsync(digest))!.Value.GetProperty("functions").EnumerateArray());
        (await host.DeployAsync("listed-module", text)).Is(201);
        Assert.Equal("""["listed-module"]""", (await FindAsync(digest))!.Value.GetProperty("functions").GetRawText());

        Assert.Contains("listed-module", (await host.DeleteAsync($"/v1/modules/{digest}")).IsFailure(409, "module.in_use").Detail, StringComparison.Ordinal);
        (await host.DeleteAsync("/v1/functions/listed-module")).Is(204);
        (await host.DeleteAsync($"/v1/modules/{digest}")).Is(204);

        Assert.Null(await FindAsync(digest));
        (await host.DeleteAsync($"/v1/modules/{digest}")).IsFailure(404, "module.not_found");
        (await host.DeleteAsync("/v1/modules/x")).IsFailure(404, "module.not_found");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=x")]
    [InlineData("limit=1&limit=2")]
    [InlineData("after=x")]
    public async Task A_page_that_cannot_be_is_refused(string query) =>
        (await host.GetAsync($"/v1/modules?{query}")).IsFailure(400, "http.bad_request");

    // Page by page, each of one module.
    private async Task<System.Text.Json.JsonElement?> FindAsync(string digest)
    {
        string? after = null;
        System.Text.Json.JsonElement? found = null;
        do
        {
            var page = (await host.GetAsync($"/v1/modules?limit=1{(after is null ? "" : $"&after={after}")}")).Is(200).Json;
            var modules = page.GetProperty("modules").EnumerateArray().ToList();
            Assert.InRange(modules.Count, 0, 1);
            found ??= modules.Where(m => m.GetProperty("digest").GetString() == digest).Select(static m => (System.Text.Json.JsonElement?)m).FirstOrDefault();
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);

        return found;
    }
}
