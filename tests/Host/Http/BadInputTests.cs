using System.Text;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Host.Tests.Http;

[Collection(OpenHost.Name)]
public sealed class BadInputTests(OpenHost host) : IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await host.DeployAsync("plain", Wat.Numbers);
        await host.DeployAsync("with-keys?kind=keyed", Wat.Numbers);
    }

    // Whatever a test sent: the host is whole.
    public Task DisposeAsync() => host.IsWholeAsync();

    [Theory]
    [InlineData("no-such/calls/x", 404, "function.not_found")]
    [InlineData("plain/calls/no-such", 404, "export.not_found")]
    [InlineData("plain/calls/ADD", 404, "export.not_found")]
    [InlineData("plain/calls/memory", 400, "export.wrong_kind")]
    [InlineData("plain/calls/%00", 0, "")]
    [InlineData("plain/calls/%0a", 404, "export.not_found")]
    [InlineData("plain/calls/%FF", 400, "http.bad_request")]
    [InlineData("plain/calls/%ED%A0%80", 400, "http.bad_request")]
    [InlineData("plain/calls/%C0%AF", 400, "http.bad_request")]
    [InlineData("plain/calls/%zz", 400, "http.bad_request")]
    [InlineData("plain/calls/%", 400, "http.bad_request")]
    [InlineData("plain/calls/a%2Fb", 404, "export.not_found")]
    [InlineData("plain/calls/", 404, "http.not_found")]
    [InlineData("plain/calls/none/", 400, "http.bad_request")]
    [InlineData("plain/calls//none", 404, "http.not_found")]
    [InlineData("Plain/calls/none", 400, "function.bad_name")]
    [InlineData("..%2fplain/calls/none", 400, "function.bad_name")]
    [InlineData("..%2f..%2f..%2fetc%2fpasswd/calls/none", 400, "function.bad_name")]
    [InlineData("..%5cplain/calls/none", 400, "function.bad_name")]
    [InlineData("plain%00/calls/none", 0, "")]
    [InlineData("pl%61in/calls/none", 200, "")]
    [InlineData("x/../plain/calls/none", 400, "http.bad_request")]
    [InlineData("./plain/calls/none", 400, "http.bad_request")]
    [InlineData("-x/calls/none", 400, "function.bad_name")]
    [InlineData("con.wasm/calls/none", 400, "function.bad_name")]
    [InlineData("plain/keys/k/calls/none", 400, "function.wrong_kind")]
    [InlineData("with-keys/calls/none", 400, "function.wrong_kind")]
    [InlineData("with-keys/keys//calls/none", 404, "http.not_found")]
    [InlineData("with-keys/keys/%00/calls/none", 0, "")]
    [InlineData("with-keys/keys/%01/calls/none", 400, "function.bad_key")]
    [InlineData("with-keys/keys/%7F/calls/none", 400, "function.bad_key")]
    [InlineData("with-keys/keys/%C2%85/calls/none", 400, "function.bad_key")]
    [InlineData("with-keys/keys/%ff/calls/none", 400, "http.bad_request")]
    [InlineData("with-keys/keys/%F4%90%80%80/calls/none", 400, "http.bad_request")]
    [InlineData("with-keys/keys/%2e%2e/calls/none", 400, "http.bad_request")]
    [InlineData("with-keys/keys/../calls/none", 400, "http.bad_request")]
    [InlineData("with-keys/keys/a/b/calls/none", 404, "http.not_found")]
    [InlineData("with-keys/keys/a%2Fb/calls/none", 200, "")]
    [InlineData("with-keys/keys/..%2f..%2f/calls/none", 200, "")]
    public async Task A_path_is_taken_as_it_was_sent_or_refused(string path, int status, string code)
    {
        var (answered, text) = await RawHttp.ExchangeAsync(host.Client.BaseAddress!, $"POST /v1/functions/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

        // A zero in a path is no HTTP for the server: 400 without a body.
        Assert.True(answered == (status == 0 ? 400 : status), text);
        Assert.Contains(status is 0 ? "\r\nContent-Length: 0\r\n" : code.Length == 0 ? "{\"results\":[]}" : $"\"code\":\"{code}\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, 200)]
    [InlineData(257, 400)]
    [InlineData(1000, 400)]
    [InlineData(2000, 400)]
    public async Task A_key_has_up_to_256_bytes(int length, int status)
    {
        var answer = await host.CallAsync($"with-keys/keys/{string.Concat(Enumerable.Repeat("%61", length))}/calls/none");

        Assert.True((int)answer.Status == status, answer.Text);
    }

    [Theory]
    [InlineData("add", "[1]", "call.bad_arguments")]
    [InlineData("add", "[1, 2, 3]", "call.bad_arguments")]
    [InlineData("add", null, "call.bad_arguments")]
    [InlineData("add", "[1, \"x\"]", "call.bad_arguments")]
    [InlineData("add", "[1, \"\"]", "call.bad_arguments")]
    [InlineData("add", "[1, true]", "call.bad_arguments")]
    [InlineData("add", "[1, null]", "call.bad_arguments")]
    [InlineData("add", "[1, {}]", "call.bad_arguments")]
    [InlineData("add", "[1, [2]]", "call.bad_arguments")]
    [InlineData("add", "[1, 4294967296]", "call.bad_arguments")]
    [InlineData("add", "[1, -2147483649]", "call.bad_arguments")]
    [InlineData("add", "[1, 1.5]", "call.bad_arguments")]
    [InlineData("add", "[1, \"\\ud800\"]", "call.bad_arguments")]
    [InlineData("i64", "[18446744073709551616]", "call.bad_arguments")]
    [InlineData("i64", "[\"1e-3\"]", "call.bad_arguments")]
    [InlineData("i64", "[1e20]", "call.bad_arguments")]
    [InlineData("i32", "[1e10]", "call.bad_arguments")]
    [InlineData("i32", "[-2.147483649e9]", "call.bad_arguments")]
    [InlineData("i32", "[1e2147483648]", "call.bad_arguments")]
    [InlineData("i32", "[\"1e\"]", "call.bad_arguments")]
    [InlineData("i32", "[\"1.\"]", "call.bad_arguments")]
    [InlineData("f32", "[1e39]", "call.bad_arguments")]
    [InlineData("f64", "[1e309]", "call.bad_arguments")]
    [InlineData("v128", "[1]", "call.bad_arguments")]
    [InlineData("v128", "[\"i32x4:1\"]", "call.bad_arguments")]
    [InlineData("none", "[1]", "call.bad_arguments")]
    [InlineData("reference", "[null]", "call.bad_arguments")]
    [InlineData("add", "[1, 2", "http.bad_json")]
    [InlineData("add", "{\"a\":1}", "http.bad_json")]
    [InlineData("add", "[1, 2] 3", "http.bad_json")]
    [InlineData("add", "[1, NaN]", "http.bad_json")]
    [InlineData("add", "[01, 2]", "http.bad_json")]
    [InlineData("add", "[1, 2,]", "http.bad_json")]
    [InlineData("add", "[1, '2']", "http.bad_json")]
    [InlineData("add", "\"x\"", "http.bad_json")]
    [InlineData("add", "null", "http.bad_json")]
    [InlineData("add", "garbage", "http.bad_json")]
    public async Task Arguments_of_a_wrong_number_type_or_form_are_refused_and_the_guest_does_not_run(string export, string? arguments, string code) =>
        (await host.CallAsync($"plain/calls/{export}", arguments)).IsFailure(400, code);

    [Fact]
    public async Task Arguments_that_are_no_text_nested_deeply_or_many_are_refused()
    {
        foreach (byte[] body in (byte[][])[[0xFF, 0xFE], [0], [.. "[1, \"\xff\"]"u8], Encoding.ASCII.GetBytes(new string('[', 100_000)), [0xEF, 0xBB, 0xBF, (byte)'[', (byte)']']])
        {
            using var content = ServedHost.Bytes(body, "application/json");
            Assert.Contains((await host.SendAsync(HttpMethod.Post, "/v1/functions/plain/calls/add", content)).Code, (string[])["http.bad_json", "call.bad_arguments"], StringComparer.Ordinal);
        }

        (await host.CallAsync("plain/calls/add", $"[{string.Join(',', Enumerable.Repeat('1', 400_000))}]")).IsFailure(400, "call.bad_arguments");
        (await host.CallAsync("plain/calls/add", $"[1, \"{new string('9', 1_000_000)}\"]")).IsFailure(400, "call.bad_arguments");
        (await host.CallAsync("plain/calls/add", new string(' ', (1 << 20) + 1))).IsFailure(413, "http.body_too_large");
    }

    [Theory]
    [InlineData("text/xml")]
    [InlineData("application/json2")]
    [InlineData("multipart/mixed; boundary=x")]
    public async Task Another_media_type_is_refused(string mediaType)
    {
        using var body = new StringContent("[]");
        body.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(mediaType);
        (await host.SendAsync(HttpMethod.Post, "/v1/functions/plain/calls/none", body)).IsFailure(415, "http.unsupported_media_type");
        using var deployment = new StringContent("{}");
        deployment.Headers.ContentType = body.Headers.ContentType;
        (await host.SendAsync(HttpMethod.Put, "/v1/functions/plain", deployment)).IsFailure(415, "http.unsupported_media_type");
        using var module = new StringContent("(module)");
        module.Headers.ContentType = body.Headers.ContentType;
        (await host.SendAsync(HttpMethod.Post, "/v1/modules", module)).IsFailure(415, "http.unsupported_media_type");
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("0s")]
    [InlineData("1e9s")]
    [InlineData("99999999999999999999h")]
    [InlineData("5 s")]
    public async Task A_time_that_is_none_is_refused(string time) =>
        (await host.CallAsync("plain/calls/none", null, ("Call-Timeout", time))).IsFailure(400, "http.bad_request");

    [Fact]
    public async Task A_header_that_is_there_twice_is_refused()
    {
        foreach (string twice in (string[])["Call-Timeout: 1s\r\nCall-Timeout: 1s", "Idempotency-Key: a\r\nIdempotency-Key: a"])
        {
            var (status, text) = await RawHttp.ExchangeAsync(host.Client.BaseAddress!, $"POST /v1/functions/with-keys/keys/k/calls/none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{twice}\r\nContent-Length: 0\r\n\r\n");
            Assert.True(status == 400, text);
            Assert.Contains("\"code\":\"http.bad_request\"", text, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, byte[], int, string> Modules => new()
    {
        { "empty", [], 422, "module.invalid" },
        { "garbage", [1, 2, 3, 4, 5], 422, "module.invalid" },
        { "only the mark", [.. "\0asm"u8], 422, "module.invalid" },
        { "another version", [.. "\0asm\x02\0\0\0"u8], 422, "module.invalid" },
        { "a component", [.. "\0asm\x0d\0\x01\0"u8], 422, "module.invalid" },
        { "cut off", ModuleText.ToBinary(Wat.Numbers)[..100], 422, "module.invalid" },
        { "with something behind", [.. ModuleText.ToBinary(Wat.Numbers), 1, 2, 3], 422, "module.invalid" },
        { "text with a mistake", [.. "(module (func (export \"f\") (result i32)))"u8], 422, "module.invalid" },
        { "text that is no UTF-8", [.. "(module \xff)"u8, 0xFF], 422, "module.invalid" },
        { "text nested deeply", Encoding.ASCII.GetBytes(new string('(', 100_000)), 422, "module.invalid" },
        { "text that is too long", Encoding.ASCII.GetBytes($"(module {new string(' ', 1 << 20)})"), 413, "module.too_large" },
        { "no function", [.. "(module)"u8], 400, "function.bad_spec" },
        { "an import that nobody grants", [.. "(module (import \"a\" \"b\" (func)) (func (export \"f\")))"u8], 422, "link.missing_import" },
        { "a memory beyond the limit", [.. "(module (memory 2000) (func (export \"f\")))"u8], 422, "store.limit_exceeded" },
    };

    [Theory]
    [MemberData(nameof(Modules))]
    public async Task A_module_that_cannot_be_used_is_refused_and_the_version_before_goes_on(string what, byte[] module, int status, string code)
    {
        string name = $"refused-{Guid.NewGuid():N}"[..20];
        await host.DeployAsync(name, Wat.Numbers);

        using var body = ServedHost.Bytes(module, "application/wasm");
        var answer = await host.SendAsync(HttpMethod.Put, $"/v1/functions/{name}", body);

        Assert.NotEmpty(what);
        answer.IsFailure(status, code);
        Assert.Equal("\"1\"", (await host.GetAsync($"/v1/functions/{name}")).Header("ETag"));
        (await host.CallAsync($"{name}/calls/add", "[1, 2]")).Is(200, """{"results":[3]}""");
    }

    [Theory]
    [InlineData("", "http.bad_json")]
    [InlineData("{}", "function.bad_spec")]
    [InlineData("[]", "http.bad_json")]
    [InlineData("null", "http.bad_json")]
    [InlineData("garbage", "http.bad_json")]
    [InlineData("{\"moduleDigest\":null}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"\"}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"xyz\"}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"../../../../etc/passwd\"}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":5}", "http.bad_json")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"moduleDigest\":\"DIGEST\"}", "http.bad_json")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"unknown\":1}", "http.bad_json")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"kind\":\"other\"}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"label\":\"a b\"}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"label\":\"\\ud800\"}", "http.bad_json")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"memoryBytes\":-1}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"memoryBytes\":1e400}}", "http.bad_json")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"deadline\":\"forever\"}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"deadline\":\"2h\"}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"fuel\":-1}}", "http.bad_json")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"stores\":0}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"queueLimit\":10001}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":{\"payloadBytes\":67108865}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"limits\":[]}", "http.bad_json")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"grants\":{\"environment\":{\"A=B\":\"1\"}}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"grants\":{\"environment\":{\"A\":null}}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"grants\":{\"environment\":{\"A\":\"\\u0000\"}}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"grants\":{\"folders\":[null]}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"grants\":{\"folders\":[{\"host\":\"relative\",\"guest\":\"/x\"}]}}", "function.bad_spec")]
    [InlineData("{\"moduleDigest\":\"DIGEST\",\"grants\":{\"imports\":[\"../x\"]}}", "function.bad_spec")]
    public async Task Settings_of_a_deployment_that_are_wrong_are_refused(string json, string code)
    {
        string digest = (await host.GetAsync("/v1/functions/plain")).Json.GetProperty("versions")[0].GetProperty("moduleDigest").GetString()!;

        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/misdeployed", json.Replace("DIGEST", digest, StringComparison.Ordinal))).IsFailure(400, code);

        (await host.GetAsync("/v1/functions/misdeployed")).IsFailure(404, "function.not_found");
    }

    [Theory]
    [InlineData("kind=other")]
    [InlineData("kind=keyed&kind=keyed")]
    [InlineData("convention=")]
    [InlineData("limits=1")]
    [InlineData("label=%00", "http.bad_request")]
    [InlineData("label=%ff", "http.bad_request")]
    public async Task A_query_of_a_deployment_that_is_wrong_is_refused(string query, string code = "function.bad_spec") =>
        (await host.DeployAsync($"misqueried?{query}", Wat.Numbers)).IsFailure(400, code);

    [Fact]
    public async Task Names_of_functions_that_look_like_paths_make_nothing_anywhere()
    {
        foreach (string name in (string[])["..%2f..%2fx", "..%5cx", "%2fetc", "a%2fb", ".hidden", "a.wasm", "C:", "nul", new('a', 64)])
        {
            var answer = await host.DeployAsync(name, Wat.Numbers);
            Assert.True(answer.Code == "function.bad_name" || name == "nul", answer.Text);
        }

        Assert.Equal(["settings.json"], Directory.GetFiles(host.Folder).Select(static f => Path.GetFileName(f)), StringComparer.Ordinal);
    }

    [Fact]
    public async Task JSON_that_is_nested_deeply_or_too_large_is_refused()
    {
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/deep", $"{{\"grants\":{new string('[', 50_000)}")).IsFailure(400, "http.bad_json");
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/deep", $"{{\"label\":\"{new string('x', 1 << 20)}\"}}")).IsFailure(413, "http.body_too_large");
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost")]
    public async Task A_page_of_another_origin_cannot_call_an_open_host(string origin) =>
        (await host.CallAsync("plain/calls/none", null, ("Origin", origin))).IsFailure(403, "http.cross_origin");

    [Fact]
    public async Task The_hosts_own_page_can_and_another_name_of_the_host_cannot()
    {
        (await host.CallAsync("plain/calls/none", null, ("Origin", host.Serve.Address.GetLeftPart(UriPartial.Authority)))).Is(200);
        (await host.CallAsync("plain/calls/none", null, ("Host", "evil.example"))).IsFailure(403, "http.cross_origin");
        (await host.GetAsync("/healthz")).Is(200);
    }
}
