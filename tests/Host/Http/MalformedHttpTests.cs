using System.Net.Sockets;

namespace WasmActors.Host.Tests.Http;

public sealed class ImpatientHost() : ServedHost("""{ "WasmActors": { "Http": { "SlowClient": "1500ms", "MaxBodyBytes": "64KiB", "MaxConnections": 40 } } }""", "--open");

public sealed class MalformedHttpTests(ImpatientHost host) : IClassFixture<ImpatientHost>, IAsyncLifetime
{
    private Uri Address => host.Client.BaseAddress!;

    public async Task InitializeAsync() => await host.DeployAsync("plain?convention=bytes", Wat.Echo);

    public Task DisposeAsync() => host.IsWholeAsync();

    [Theory]
    [InlineData("garbage\r\n\r\n", 400)]
    [InlineData("\0\0\0\0\r\n\r\n", 400)]
    [InlineData("GET\r\n\r\n", 400)]
    [InlineData("GET /healthz\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/9.9\r\n\r\n", 505)]
    [InlineData("GET /healthz HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n", 400)]
    [InlineData("G\x01T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405)]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("POST /v1/modules HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST /v1/modules HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n", 400)]
    [InlineData("POST /v1/modules HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [InlineData("POST /v1/modules HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 400)]
    [InlineData("POST /v1/modules HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("POST /v1/modules HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", 400)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0)]
    [InlineData("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n", 404)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404)]
    public async Task What_is_no_HTTP_is_answered_and_the_connection_closed(string request, int status)
    {
        var (answered, text) = await RawHttp.ExchangeAsync(Address, request);

        Assert.True(answered == status, text);
    }

    [Fact]
    public async Task A_flood_of_headers_a_huge_header_and_a_huge_path_are_refused()
    {
        Assert.Equal(431, (await RawHttp.ExchangeAsync(Address, $"GET /healthz HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 200).Select(static i => $"X{i}: y\r\n"))}\r\n")).Status);
        Assert.Equal(431, (await RawHttp.ExchangeAsync(Address, $"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: {new string('y', 40_000)}\r\n\r\n")).Status);
        Assert.Equal(414, (await RawHttp.ExchangeAsync(Address, $"GET /{new string('y', 10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);
    }

    [Fact]
    public async Task A_body_that_is_larger_than_announced_or_allowed_is_not_taken()
    {
        using var large = ServedHost.Bytes(new byte[(64 << 10) + 1], "application/wasm");
        (await host.SendAsync(HttpMethod.Post, "/v1/modules", large)).IsFailure(413, "http.body_too_large");
        using var chunked = new StreamContent(new MemoryStream(new byte[(64 << 10) + 1]));
        (await host.SendAsync(HttpMethod.Post, "/v1/modules", chunked, ("Transfer-Encoding", "chunked"))).IsFailure(413, "http.body_too_large");

        // What comes behind the announced body is the next request.
        var (status, text) = await RawHttp.ExchangeAsync(Address, "POST /v1/functions/plain/calls/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nabGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal(200, status);
        Assert.Contains("\r\n\r\nabHTTP/1.1 200 OK", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_come_too_slowly_end_the_connection()
    {
        await using var raw = await RawHttp.ConnectAsync(Address);
        await raw.WriteAsync("POST /v1/functions/plain/calls/echo HTTP/1.1\r\nHost: loc");

        Assert.Equal(408, (await raw.ReadAsync()).Status);
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_told_so_and_ends_the_connection()
    {
        await using var raw = await RawHttp.ConnectAsync(Address);
        await raw.WriteAsync("POST /v1/functions/plain/calls/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc");

        var (status, text) = await raw.ReadAsync();
        Assert.True(status == 408, text);
        Assert.Contains("\"code\":\"http.too_slow\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_breaks_off_harms_nobody()
    {
        for (int i = 0; i < 5; i++)
        {
            await using var raw = await RawHttp.ConnectAsync(Address);
            await raw.WriteAsync("PUT /v1/functions/broken-off HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/wasm\r\nContent-Length: 1000\r\n\r\n\0asm");
        }

        (await host.GetAsync("/v1/functions/broken-off")).IsFailure(404, "function.not_found");
    }

    [Fact]
    public async Task More_connections_than_are_taken_are_closed_and_places_come_back()
    {
        var held = new List<RawHttp>();
        bool isClosed = false;
        try
        {
            for (int i = 0; i < 60; i++)
            {
                held.Add(await RawHttp.ConnectAsync(Address));
            }

            // The last ones are closed without an answer.
            isClosed = await held[^1].ReadAsync() == (0, "");
        }
        catch (Exception reset) when (reset is SocketException or IOException)
        {
            isClosed = true; // before this end had seen that it was connected
        }
        finally
        {
            foreach (var raw in held)
            {
                await raw.DisposeAsync();
            }
        }

        Assert.True(isClosed);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await IsHealthyAsync())
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            return (await RawHttp.ExchangeAsync(Address, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).Status == 200;
        }
        catch (Exception reset) when (reset is SocketException or IOException)
        {
            return false;
        }
    }
}
