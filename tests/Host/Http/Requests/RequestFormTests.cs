using System.Text;

namespace WasmActors.Host.Tests.Http.Requests;

[Collection(OpenHost.Name)]
public sealed class RequestFormTests(OpenHost host) : IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await host.DeployAsync("plain", Wat.Numbers);
        await host.DeployAsync("told?convention=wasi-command", Wat.Tell);
        using var module = new StringContent(Wat.Tell, Encoding.UTF8, "text/plain");
        string digest = (await host.SendAsync(HttpMethod.Post, "/v1/modules", module)).Is(200).Json.GetProperty("digest").GetString()!;
        string settings = $$"""{ "moduleDigest": "{{digest}}", "convention": "wasi-command", "grants": { "callerArguments": true } }""";
        Assert.True((await host.JsonAsync(HttpMethod.Put, "/v1/functions/told", settings)).Message.IsSuccessStatusCode);
    }

    public Task DisposeAsync() => host.IsWholeAsync();

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    [InlineData("/v1/functions")]
    [InlineData("/v1/functions/plain")]
    [InlineData("/v1/functions/plain/versions")]
    [InlineData("/v1/functions/plain/exports")]
    [InlineData("/v1/nodes")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/")]
    [InlineData("/docs/scalar.js")]
    [InlineData("/v1/functions/no-such")]
    [InlineData("/no-such")]
    public async Task HEAD_is_answered_as_GET_without_the_body(string path)
    {
        var get = await host.GetAsync(path);
        var (status, text) = await RawHttp.ExchangeAsync(host.Client.BaseAddress!, $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal((int)get.Status, status);
        Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Type: {get.MediaType}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_takes_GET_says_that_it_takes_HEAD()
    {
        var answer = (await host.SendAsync(HttpMethod.Post, "/v1/functions/plain/versions")).IsFailure(405, "http.method_not_allowed");
        Assert.Equal(["GET", "HEAD"], answer.Message.Content.Headers.Allow);

        var calls = (await host.SendAsync(HttpMethod.Head, "/v1/functions/plain/calls/none")).Is(405);
        Assert.Equal(["POST"], calls.Message.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: +0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0, 0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\nHost: localhost\n\n")]
    [InlineData("GET /healthz HTTP/1.1\nHost: localhost\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\n\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none?x=\xff HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST /v1/functions/plain/calls/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 000000000000000000000000000000000000000\r\n\r\n")]
    [InlineData("GET http://other/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n")]
    public async Task What_two_readers_may_understand_in_two_ways_is_refused_and_the_connection_closed(string request)
    {
        var (status, text) = await RawHttp.ExchangeAsync(host.Client.BaseAddress!, request);

        Assert.True(status == 400, text);
        Assert.Equal(text.IndexOf("HTTP/1.1 ", StringComparison.Ordinal), text.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("%ff")]
    [InlineData("%zz")]
    [InlineData("%")]
    [InlineData("a%2")]
    [InlineData("%ED%A0%80")]
    [InlineData("a%00b")]
    public async Task A_query_that_is_not_percent_encoded_text_is_refused(string value)
    {
        var (status, text) = await RawHttp.ExchangeAsync(
            host.Client.BaseAddress!,
            $"POST /v1/functions/told/calls/_start?arg=a&arg={value} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

        Assert.True(status == 400, text);
        Assert.Contains("\"code\":\"http.bad_request\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_is_encoded_as_it_should_reaches_the_program()
    {
        var answer = await host.CallAsync("told/calls/_start?arg=%C3%A4&arg=a+b&arg=%25zz&arg=%26");

        Assert.Contains("\0ä\0a b\0%zz\0&\0", answer.Is(200).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("gzip, identity")]
    public async Task A_body_that_is_encoded_is_refused(string encoding)
    {
        using var body = ServedHost.Json("[1, 2]");
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        var answer = (await host.SendAsync(HttpMethod.Post, "/v1/functions/plain/calls/add", body)).IsFailure(415, "http.unsupported_encoding");
        Assert.Equal("identity", answer.Header("Accept-Encoding"));
        using var module = ServedHost.Bytes([0, 1, 2], "application/wasm");
        module.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        (await host.SendAsync(HttpMethod.Post, "/v1/modules", module)).IsFailure(415, "http.unsupported_encoding");
    }

    [Fact]
    public async Task An_encoding_that_changes_nothing_is_accepted()
    {
        using var body = ServedHost.Json("[1, 2]");
        body.Headers.ContentEncoding.Add("identity");

        (await host.SendAsync(HttpMethod.Post, "/v1/functions/plain/calls/add", body)).Is(200, """{"results":[3]}""");
    }

    [Theory]
    [InlineData("i32", "[1e5]", "100000")]
    [InlineData("i32", "[100000.0]", "100000")]
    [InlineData("i32", "[\"1e5\"]", "100000")]
    [InlineData("i32", "[-2147483.648e3]", "-2147483648")]
    [InlineData("i32", "[4294967295.0]", "-1")]
    [InlineData("i64", "[9.223372036854775807e18]", "\"9223372036854775807\"")]
    [InlineData("i64", "[-9223372036854775808.0]", "\"-9223372036854775808\"")]
    [InlineData("i64", "[\"18446744073709551615.0\"]", "\"-1\"")]
    public async Task Whole_numbers_are_taken_in_each_form_that_JSON_has(string type, string arguments, string result) =>
        (await host.CallAsync($"plain/calls/{type}", arguments)).Is(200, $$"""{"results":[{{result}}]}""");

    [Fact]
    public async Task A_limit_that_the_host_cannot_keep_is_refused_when_it_is_deployed()
    {
        using var module = new StringContent(Wat.Numbers, Encoding.UTF8, "text/plain");
        string digest = (await host.SendAsync(HttpMethod.Post, "/v1/modules", module)).Is(200).Json.GetProperty("digest").GetString()!;

        var answer = await host.JsonAsync(HttpMethod.Put, "/v1/functions/fuelled", $$"""{ "moduleDigest": "{{digest}}", "limits": { "fuel": 1000 } }""");
        Assert.Contains("fuel", answer.IsFailure(400, "function.bad_spec").Detail, StringComparison.Ordinal);
    }
}
