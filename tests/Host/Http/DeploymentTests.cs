using System.Net.Http.Headers;
using System.Text;

namespace WasmActors.Host.Tests.Http;

/// <summary>Deploying over HTTP: what carries over, what must be confirmed, and the forms of a request.</summary>
[Collection(OpenHost.Name)]
public class DeploymentTests(OpenHost host)
{
    private const string One = """(module (func (export "get") (result i32) i32.const 1))""";
    private const string Two = """(module (func (export "get") (result i32) i32.const 2))""";

    [Fact]
    public async Task What_is_not_given_carries_over_and_the_answer_names_what_changed()
    {
        using var first = Form("""{"kind":"keyed","label":"v1","limits":{"deadline":"5s"},"grants":{"environment":{"A":"1"}}}""", One);
        var created = (await PutAsync("carried", first)).Is(201).Json;
        Assert.Equal(("keyed", "core"), (created.GetProperty("kind").GetString(), created.GetProperty("convention").GetString()));
        Assert.False(created.TryGetProperty("changes", out _));

        (await host.DeployAsync("carried?label=v2", One)).Is(200);
        var version = await ActiveAsync("carried");
        Assert.Equal(("keyed", "v2", "5s"), (version.GetProperty("kind").GetString(), version.GetProperty("label").GetString(), version.GetProperty("limits").GetProperty("deadline").GetString()));

        var settings = (await host.JsonAsync(HttpMethod.Put, "/v1/functions/carried", """{"reset":["label"],"limits":{"deadline":"7s"}}""")).Is(200).Json;
        Assert.Equal("""[{"setting":"limits.deadline","from":"5s","to":"7s"},{"setting":"label","from":"v2"}]""", settings.GetProperty("changes").GetRawText());
        Assert.Equal("1", (await ActiveAsync("carried")).GetProperty("grants").GetProperty("environment").GetProperty("A").GetString());
        (await host.CallAsync("carried/keys/k/calls/get")).Is(200, """{"results":[1]}""");
    }

    [Fact]
    public async Task A_change_of_kind_must_be_confirmed()
    {
        (await host.DeployAsync("kinds?kind=keyed", One)).Is(201);

        var refused = (await host.DeployAsync("kinds?kind=stateless", One)).IsFailure(409, "function.change_not_confirmed");
        Assert.Contains("\"changeKind\": true", refused.Detail, StringComparison.Ordinal);
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/kinds", """{"kind":"stateless"}""")).IsFailure(409, "function.change_not_confirmed");

        var changed = (await host.DeployAsync("kinds?kind=stateless&changeKind=true", One)).Is(200).Json;
        Assert.Equal("""[{"setting":"kind","from":"keyed","to":"stateless"}]""", changed.GetProperty("changes").GetRawText());
        var back = (await host.SendAsync(HttpMethod.Post, "/v1/functions/kinds/rollback")).Is(200).Json;
        Assert.Equal("""[{"setting":"kind","from":"stateless","to":"keyed"}]""", back.GetProperty("changes").GetRawText());
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        (await host.DeployAsync("dry", One)).Is(201);
        using var form = Form("""{"label":"v2"}""", Two);

        var dry = (await PutAsync("dry?dryRun=true", form)).Is(200).Json;
        using var newForm = Form("{}", Two);
        var isNew = (await PutAsync("dry-new?dryRun=true", newForm)).Is(200).Json;

        Assert.Equal((2, true), (dry.GetProperty("version").GetInt32(), dry.GetProperty("dryRun").GetBoolean()));
        Assert.Equal(["moduleDigest", "label"], dry.GetProperty("changes").EnumerateArray().Select(static c => c.GetProperty("setting").GetString()!), StringComparer.Ordinal);
        Assert.Equal(1, isNew.GetProperty("version").GetInt32());
        (await host.CallAsync("dry/calls/get")).Is(200, """{"results":[1]}""");
        (await host.GetAsync("/v1/functions/dry-new")).IsFailure(404, "function.not_found");
        (await host.GetAsync($"/v1/modules/{dry.GetProperty("changes")[0].GetProperty("to").GetString()}")).IsFailure(404, "module.not_found");
    }

    [Fact]
    public async Task What_cannot_run_is_not_deployed_and_not_stored()
    {
        using var missing = Form("{}", """(module (import "a" "b" (func)) (import "c" "d" (func)) (func (export "f")))""");
        Assert.Contains("a::b, c::d", (await PutAsync("impossible", missing)).IsFailure(422, "link.missing_import").Detail, StringComparison.Ordinal);
        (await host.DeployAsync("impossible", """(module (type (struct)) (func (export "f")))""")).IsFailure(422, "module.feature_not_allowed");
        (await host.DeployAsync("impossible", """(module (memory 2000) (func (export "f")))""")).IsFailure(422, "store.limit_exceeded");
        (await host.GetAsync("/v1/functions/impossible")).IsFailure(404, "function.not_found");

        using var granted = Form("""{"grants":{"features":["gc"]},"limits":{"memoryBytes":134217728}}""", """(module (type (struct)) (memory 2000) (func (export "f")))""");
        (await PutAsync("impossible", granted)).Is(201);
        Assert.Equal("""["gc"]""", (await ActiveAsync("impossible")).GetProperty("grants").GetProperty("features").GetRawText());
    }

    [Theory]
    [InlineData("http.bad_request", "multipart/form-data", "--x\r\n")]
    [InlineData("http.bad_request", "multipart/form-data; boundary=x", "")]
    [InlineData("http.bad_request", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"module\"\r\n\r\nno end")]
    [InlineData("http.bad_request", "multipart/form-data; boundary=x", "--x\r\n\r\nno name\r\n--x--")]
    [InlineData("http.bad_request", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n\r\n--x--")]
    [InlineData("http.bad_request", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"settings\"\r\n\r\n{}\r\n--x\r\nContent-Disposition: form-data; name=\"settings\"\r\n\r\n{}\r\n--x--")]
    [InlineData("function.bad_spec", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"settings\"\r\n\r\n{\"kin\":1}\r\n--x--")]
    [InlineData("function.bad_spec", "multipart/form-data; boundary=x", "--x--")]
    public async Task A_form_that_cannot_be_read_is_refused(string code, string type, string text)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        (await PutAsync("malformed", body)).IsFailure(400, code);
    }

    [Theory]
    [InlineData("malformed?dryRun=maybe")]
    [InlineData("malformed?dryRun=true&dryRun=true")]
    [InlineData("malformed?kind=keyed")]
    public async Task A_query_that_would_be_ignored_is_refused(string target)
    {
        using var form = Form("{}", One);

        (await PutAsync(target, form)).IsFailure(400, "function.bad_spec");
    }

    private static MultipartFormDataContent Form(string settings, string module) => new()
    {
        { new StringContent(settings, Encoding.UTF8, "application/json"), "settings" },
        { ServedHost.Bytes(Encoding.UTF8.GetBytes(module), "text/plain"), "module", "module.wat" },
    };

    private Task<Answer> PutAsync(string target, HttpContent body) => host.SendAsync(HttpMethod.Put, $"/v1/functions/{target}", body);

    private async Task<System.Text.Json.JsonElement> ActiveAsync(string name) =>
        (await host.GetAsync($"/v1/functions/{name}")).Is(200).Json.GetProperty("versions").EnumerateArray().Single(static v => v.GetProperty("active").GetBoolean());
}
