using System.Text;
using System.Text.Json;

namespace WasmActors.Host.Tests.Http;

[Collection(OpenHost.Name)]
public class CatalogueTests(OpenHost host)
{
    private const string Forty = """(module (func (export "get") (result i32) i32.const 40))""";
    private const string FortyTwo = """(module (func (export "get") (result i32) i32.const 42))""";

    [Fact]
    public async Task A_function_is_deployed_looked_at_replaced_rolled_back_and_deleted()
    {
        var created = (await host.DeployAsync("life?label=2026.11", Forty)).Is(201);
        Assert.Equal(("life", 1), (created.Json.GetProperty("name").GetString(), created.Json.GetProperty("version").GetInt32()));
        (await host.DeployAsync("life?label=2026.11", Forty)).Is(200); // no change, no version
        (await host.DeployAsync("life", FortyTwo)).Is(200);
        (await host.CallAsync("life/calls/get")).Is(200, """{"results":[42]}""");

        var function = (await host.GetAsync("/v1/functions/life")).Is(200);
        Assert.Equal("\"2\"", function.Header("ETag"));
        Assert.Equal("active name revision versions", string.Join(' ', function.Json.EnumerateObject().Select(static m => m.Name).Order(StringComparer.Ordinal)));
        var versions = (await host.GetAsync("/v1/functions/life/versions")).Is(200).Json.GetProperty("versions");
        Assert.Equal([2, 1], versions.EnumerateArray().Select(static v => v.GetProperty("number").GetInt32()));
        Assert.Equal("2026.11", versions[1].GetProperty("label").GetString());
        Assert.True(versions[0].GetProperty("active").GetBoolean());

        Assert.Equal(1, (await host.SendAsync(HttpMethod.Post, "/v1/functions/life/rollback")).Is(200).Json.GetProperty("version").GetInt32());
        (await host.CallAsync("life/calls/get")).Is(200, """{"results":[40]}""");
        (await host.SendAsync(HttpMethod.Post, "/v1/functions/life/rollback")).IsFailure(404, "function.version_not_found");
        (await host.JsonAsync(HttpMethod.Post, "/v1/functions/life/rollback", """{"version":2,"rollOut":"atOnce"}""")).Is(200);
        (await host.JsonAsync(HttpMethod.Post, "/v1/functions/life/rollback", """{"version":9}""")).IsFailure(404, "function.version_not_found");
        (await host.JsonAsync(HttpMethod.Post, "/v1/functions/life/rollback", """{"rollOut":"later"}""")).IsFailure(400, "function.bad_spec");

        (await host.DeleteAsync("/v1/functions/life")).Is(204, "");
        (await host.DeleteAsync("/v1/functions/life")).IsFailure(404, "function.not_found");
        (await host.GetAsync("/v1/functions/life")).IsFailure(404, "function.not_found");
        (await host.GetAsync("/v1/functions/life/versions")).IsFailure(404, "function.not_found");
        (await host.GetAsync("/v1/functions/life/exports")).IsFailure(404, "function.not_found");
        (await host.SendAsync(HttpMethod.Post, "/v1/functions/life/rollback")).IsFailure(404, "function.not_found");
        (await host.CallAsync("life/calls/get")).IsFailure(404, "function.not_found");
    }

    [Fact]
    public async Task Conditions_of_a_deployment_are_kept()
    {
        (await host.DeployAsync("conditional", Forty, ("If-Match", "\"1\""))).IsFailure(412, "function.conflict");
        (await host.DeployAsync("conditional", Forty, ("If-None-Match", "*"))).Is(201);
        (await host.DeployAsync("conditional", FortyTwo, ("If-None-Match", "*"))).IsFailure(412, "function.conflict");
        (await host.DeployAsync("conditional", FortyTwo, ("If-Match", "\"1\""))).Is(200);
        (await host.DeployAsync("conditional", Forty, ("If-Match", "\"1\""))).IsFailure(412, "function.conflict");
        Assert.Equal("\"2\"", (await host.GetAsync("/v1/functions/conditional")).Header("ETag"));
    }

    [Theory]
    [InlineData("If-Match", "*")]
    [InlineData("If-Match", "3")]
    [InlineData("If-Match", "\"0\"")]
    [InlineData("If-Match", "\"-1\"")]
    [InlineData("If-Match", "\"99999999999\"")]
    [InlineData("If-Match", "W/\"1\"")]
    [InlineData("If-None-Match", "\"1\"")]
    public async Task A_condition_that_is_not_known_is_refused(string header, string value) =>
        (await host.DeployAsync("unconditional", Forty, (header, value))).IsFailure(400, "http.bad_request");

    [Fact]
    public async Task A_module_that_is_stored_is_deployed_by_its_digest_with_all_settings_and_told_as_it_was_given()
    {
        using var body = ServedHost.Bytes(Encoding.UTF8.GetBytes(Wat.Numbers), "text/plain");
        var stored = (await host.SendAsync(HttpMethod.Post, "/v1/modules", body)).Is(200);
        string digest = stored.Json.GetProperty("digest").GetString()!;

        string settings = $$$"""
            {"moduleDigest":"{{{digest}}}","kind":"keyed","convention":"core","reuse":"never","label":"x.y","rollOut":"whenIdle",
             "limits":{"memoryBytes":1048576,"deadline":"1500ms","idleAfter":"1h","queueLimit":7,"payloadBytes":1024},
             "grants":{"environment":{"LANG":"C"},"folders":[],"imports":[],"callerArguments":true,"callerEnvironment":["A"]}}
            """;
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/whole", settings)).Is(201);

        var version = (await host.GetAsync("/v1/functions/whole")).Json.GetProperty("versions")[0];
        using var given = JsonDocument.Parse(settings);
        foreach (string member in (string[])["moduleDigest", "kind", "convention", "reuse", "label"])
        {
            Assert.Equal(given.RootElement.GetProperty(member).GetString(), version.GetProperty(member).GetString());
        }

        Assert.Equal(
            """{"memoryBytes":1048576,"deadline":"1500ms","idleAfter":"1h","queueLimit":7,"payloadBytes":1024}""",
            version.GetProperty("limits").GetRawText());
        Assert.True(JsonElement.DeepEquals(given.RootElement.GetProperty("grants"), version.GetProperty("grants")), version.GetProperty("grants").GetRawText());
        Assert.InRange(version.GetProperty("deployedAt").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        (await host.CallAsync("whole/keys/k/calls/next")).Is(200, """{"results":[1]}""");
        (await host.CallAsync("whole/calls/next")).IsFailure(400, "function.wrong_kind");
    }

    [Fact]
    public async Task A_module_is_stored_and_read_in_its_binary_form()
    {
        using var text = ServedHost.Bytes(Encoding.UTF8.GetBytes(Wat.Echo), "text/plain");
        var stored = (await host.SendAsync(HttpMethod.Post, "/v1/modules", text)).Is(200);
        string digest = stored.Json.GetProperty("digest").GetString()!;
        using var read = await host.Client.GetAsync(new Uri($"/v1/modules/{digest}", UriKind.Relative));
        byte[] binary = await read.Content.ReadAsByteArrayAsync();

        Assert.Equal("application/wasm", read.Content.Headers.ContentType!.ToString());
        Assert.Equal(stored.Json.GetProperty("bytes").GetInt64(), binary.Length);
        Assert.Equal(digest, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(binary)));
        using var again = ServedHost.Bytes(binary, "application/wasm");
        (await host.SendAsync(HttpMethod.Put, $"/v1/modules/{digest}", again)).Is(200, stored.Text);
        string other = new('0', 64);
        using var wrong = ServedHost.Bytes(binary, "application/wasm");
        (await host.SendAsync(HttpMethod.Put, $"/v1/modules/{other}", wrong)).IsFailure(422, "module.digest_mismatch");
        (await host.GetAsync($"/v1/modules/{other}")).IsFailure(404, "module.not_found");
        (await host.GetAsync("/v1/modules/x")).IsFailure(404, "module.not_found");
    }

    [Fact]
    public async Task The_exports_of_a_function_are_told_with_their_types()
    {
        await host.DeployAsync("exports", Wat.Numbers);

        var exports = (await host.GetAsync("/v1/functions/exports/exports")).Is(200).Json.GetProperty("exports");

        Assert.Equal("""{"name":"add","params":["i32","i32"],"results":["i32"]}""", exports[0].GetRawText());
        Assert.Equal(12, exports.GetArrayLength());
        Assert.Contains("""{"name":"reference","params":["externref"],"results":["externref"]}""", exports.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Functions_are_listed_by_name()
    {
        await host.DeployAsync("list-b", Forty);
        await host.DeployAsync("list-a", Forty);

        var names = (await host.GetAsync("/v1/functions")).Is(200).Json.GetProperty("functions").EnumerateArray().Select(static f => f.GetProperty("name").GetString()!).ToList();

        Assert.Equal(names.Order(StringComparer.Ordinal), names, StringComparer.Ordinal);
        Assert.Contains("list-a", names, StringComparer.Ordinal);
        Assert.Contains("list-b", names, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_host_that_asks_for_no_keys_has_none()
    {
        (await host.GetAsync("/v1/keys")).IsFailure(404, "key.not_found");
        (await host.JsonAsync(HttpMethod.Post, "/v1/keys", """{"name":"x","scopes":["call"]}""")).IsFailure(404, "key.not_found");
        (await host.DeleteAsync("/v1/keys/0123456789abcdef")).IsFailure(404, "key.not_found");
    }

    [Fact]
    public async Task The_nodes_and_the_health_are_told()
    {
        var node = Assert.Single((await host.GetAsync("/v1/nodes")).Is(200).Json.GetProperty("nodes").EnumerateArray());

        Assert.Equal("up", node.GetProperty("status").GetString());
        Assert.StartsWith("akka.local://wasmactors@localhost:", node.GetProperty("address").GetString(), StringComparison.Ordinal);
        Assert.True(node.GetProperty("isSelf").GetBoolean() && node.GetProperty("isLeader").GetBoolean() && node.GetProperty("isReachable").GetBoolean());
        (await host.GetAsync("/healthz")).Is(200, "ok\n");
        (await host.GetAsync("/readyz")).Is(200, "ok\n");
        Assert.Contains("wasmactors_stores_live", (await host.GetAsync("/metrics")).Is(200).Text, StringComparison.Ordinal);
    }
}
