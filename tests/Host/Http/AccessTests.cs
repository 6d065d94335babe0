using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace WasmActors.Host.Tests.Http;

public sealed class KeyedHost() : ServedHost("""{ "WasmActors": { "Http": { "MaxBodyBytes": "1MiB", "MaxTotalBodyBytes": "1MiB" } } }""");

public class AccessTests(KeyedHost host) : IClassFixture<KeyedHost>
{
    // What each scope needs, by a request of each kind: its answer for who may is not 401 or 403.
    private static readonly (string Scope, string Method, string Path)[] s_endpoints =
    [
        ("call", "POST", "/v1/functions/no-such/calls/x"),
        ("call", "POST", "/v1/functions/no-such/keys/k/calls/x"),
        ("call", "GET", "/v1/functions/no-such/exports"),
        ("deploy", "GET", "/v1/functions"),
        ("deploy", "GET", "/v1/functions/no-such"),
        ("deploy", "PUT", "/v1/functions/no-such"),
        ("deploy", "DELETE", "/v1/functions/no-such"),
        ("deploy", "GET", "/v1/functions/no-such/versions"),
        ("deploy", "POST", "/v1/functions/no-such/rollback"),
        ("deploy", "POST", "/v1/modules"),
        ("deploy", "PUT", "/v1/modules/00"),
        ("deploy", "GET", "/v1/modules/00"),
        ("admin", "GET", "/v1/keys"),
        ("admin", "POST", "/v1/keys"),
        ("admin", "DELETE", "/v1/keys/00"),
        ("admin", "GET", "/v1/nodes"),
        ("admin", "GET", "/metrics"),
    ];

    private static readonly string[] s_order = ["call", "deploy", "admin"];

    [Theory]
    [InlineData("call")]
    [InlineData("deploy")]
    [InlineData("admin")]
    public async Task A_scope_allows_its_own_requests_and_those_of_lesser_ones(string scope)
    {
        using var client = await ClientAsync($"scope-{scope}", $"""["{scope}"]""");

        foreach (var (needed, method, path) in s_endpoints)
        {
            var answer = await ServedHost.SendAsync(client, new HttpMethod(method), path);
            if (Array.IndexOf(s_order, scope) >= Array.IndexOf(s_order, needed))
            {
                Assert.True(answer.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && (int)answer.Status < 500, $"{scope}: {method} {path}: {answer.Text}");
            }
            else
            {
                answer.IsFailure(403, "http.forbidden");
                Assert.EndsWith($"{needed} is needed.", answer.Detail, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic d2FrOnNlY3JldA==")]
    [InlineData("Bearer wak_0123456789abcdef_0000000000000000000000000000000000000000000")]
    [InlineData("Bearer wak_")]
    [InlineData("Bearer x")]
    public async Task Without_a_key_that_is_known_every_endpoint_is_closed(string? header)
    {
        using var client = host.Serve.ClientWith(null);
        foreach (var (_, method, path) in s_endpoints)
        {
            var answer = header is null
                ? await ServedHost.SendAsync(client, new HttpMethod(method), path)
                : await ServedHost.SendAsync(client, new HttpMethod(method), path, null, ("Authorization", header));

            answer.IsFailure(401, "http.unauthorized");
            Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
        }
    }

    [Fact]
    public async Task A_known_key_with_another_secret_or_in_another_case_or_shown_twice_is_refused()
    {
        string key = host.Serve.Key!;
        char last = key[^1] == 'A' ? 'B' : 'A';
        using var client = host.Serve.ClientWith(null);

        foreach (string wrong in (string[])[$"{key[..^2]}{last}{last}", key.ToUpperInvariant(), $"{key}A", key[..^1]])
        {
            var answer = (await ServedHost.SendAsync(client, HttpMethod.Get, "/v1/functions", null, ("Authorization", $"Bearer {wrong}"))).IsFailure(401, "http.unauthorized");
            Assert.DoesNotContain("_", answer.Detail.Replace("wak_…", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        (await ServedHost.SendAsync(client, HttpMethod.Get, "/v1/functions", null, ("Authorization", $"Bearer {key}"), ("Authorization", $"Bearer {key}"))).IsFailure(401, "http.unauthorized");
        (await ServedHost.SendAsync(client, HttpMethod.Get, "/v1/functions", null, ("authorization", $"bearer   {key} "))).Is(200);
    }

    [Fact]
    public async Task What_anybody_may_see_needs_no_key()
    {
        using var client = host.Serve.ClientWith(null);

        foreach (string path in (string[])["/healthz", "/readyz", "/openapi/v1.json", "/docs"])
        {
            (await Answer.OfAsync(client.GetAsync(new Uri(path, UriKind.Relative)))).Is(200);
        }
    }

    [Fact]
    public async Task A_key_is_made_listed_without_its_secret_and_revoked()
    {
        var made = (await host.JsonAsync(HttpMethod.Post, "/v1/keys", """{"name":"ci","scopes":["deploy","call"],"requestsPerSecond":1000,"burst":2000,"concurrency":5,"maxBodyBytes":1024}""")).Is(201);
        string secret = made.Json.GetProperty("secret").GetString()!;
        string id = made.Json.GetProperty("id").GetString()!;
        Assert.Equal("no-store", made.Header("Cache-Control"));
        using var client = host.Serve.ClientWith(secret);
        (await Answer.OfAsync(client.GetAsync(new Uri("/v1/functions", UriKind.Relative)))).Is(200);

        var listed = (await host.GetAsync("/v1/keys")).Is(200);
        Assert.DoesNotContain("\"secret\":", listed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret.Split('_', 3)[2], listed.Text, StringComparison.Ordinal);
        Assert.Contains($$"""{"id":"{{id}}","name":"ci","scopes":["deploy","call"],""", listed.Text, StringComparison.Ordinal);
        Assert.Contains("\"requestsPerSecond\":1000,\"burst\":2000,\"concurrency\":5,\"maxBodyBytes\":1024", listed.Text, StringComparison.Ordinal);
        (await host.JsonAsync(HttpMethod.Post, "/v1/keys", """{"name":"ci","scopes":["call"]}""")).IsFailure(409, "key.exists");

        (await host.DeleteAsync($"/v1/keys/{id}")).Is(204, "");
        (await Answer.OfAsync(client.GetAsync(new Uri("/v1/functions", UriKind.Relative)))).IsFailure(401, "http.unauthorized");
        (await host.DeleteAsync($"/v1/keys/{id}")).IsFailure(404, "key.not_found");
        (await host.JsonAsync(HttpMethod.Post, "/v1/keys", """{"name":"ci","scopes":["call"]}""")).Is(201);
    }

    [Theory]
    [InlineData("""{"scopes":["call"]}""", "key.bad_request")]
    [InlineData("""{"name":"","scopes":["call"]}""", "key.bad_request")]
    [InlineData("""{"name":"a b","scopes":["call"]}""", "key.bad_request")]
    [InlineData("""{"name":"x"}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":[]}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":["root"]}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":[null]}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":["call"],"requestsPerSecond":0}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":["call"],"requestsPerSecond":1000001}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":["call"],"burst":5}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":["call"],"concurrency":-1}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":["call"],"maxBodyBytes":-1}""", "key.bad_request")]
    [InlineData("""{"name":"x","scopes":["call"],"id":"0123456789abcdef"}""", "http.bad_json")]
    [InlineData("""{"name":"x","scopes":"call"}""", "http.bad_json")]
    [InlineData("null", "http.bad_json")]
    [InlineData("", "http.bad_json")]
    public async Task A_key_that_cannot_be_made_is_refused(string json, string code) =>
        (await host.JsonAsync(HttpMethod.Post, "/v1/keys", json)).IsFailure(400, code);

    [Fact]
    public async Task A_key_that_used_its_rate_is_told_when_to_come_again()
    {
        using var client = await ClientAsync("rate", """["call"],"requestsPerSecond":1,"burst":2""");

        var answers = new List<Answer>();
        for (int i = 0; i < 6; i++)
        {
            answers.Add(await ServedHost.SendAsync(client, HttpMethod.Get, "/v1/functions/no-such/exports"));
        }

        Assert.All(answers.Take(2), static a => a.IsFailure(404, "function.not_found"));
        Assert.Contains(answers, static a => a.Status == HttpStatusCode.TooManyRequests);
        Assert.All(answers.Where(static a => a.Status == HttpStatusCode.TooManyRequests), static a => a.IsFailure(429, "http.rate_limited"));

        // What is forbidden counts too.
        while ((await ServedHost.SendAsync(client, HttpMethod.Get, "/v1/keys")).Code != "http.rate_limited")
        {
        }
    }

    [Fact]
    public async Task A_key_has_no_more_requests_under_way_than_it_may()
    {
        using var client = await ClientAsync("two-at-once", """["call"],"concurrency":2""");
        (await host.DeployAsync("endless?reuse=untilIdle", Wat.Numbers)).Is(201);

        var running = Enumerable.Range(0, 2).Select(_ => SpinAsync()).ToArray();
        Answer refused;
        do
        {
            refused = await ServedHost.SendAsync(client, HttpMethod.Post, "/v1/functions/no-such/calls/x");
        }
        while (refused.Code == "function.not_found" && !running.Any(static r => r.IsCompleted));

        refused.IsFailure(429, "http.rate_limited");
        foreach (var call in running)
        {
            (await call).IsFailure(504, "call.deadline_exceeded");
        }

        (await ServedHost.SendAsync(client, HttpMethod.Post, "/v1/functions/no-such/calls/x")).IsFailure(404, "function.not_found");

        // The requests of this test that look whether it is so take places too.
        async Task<Answer> SpinAsync()
        {
            Answer answer;
            do
            {
                answer = await ServedHost.SendAsync(client, HttpMethod.Post, "/v1/functions/endless/calls/spin", null, ("Call-Timeout", "3s"));
            }
            while (answer.Code == "http.rate_limited");
            return answer;
        }
    }

    [Fact]
    public async Task A_key_sends_no_larger_bodies_than_it_may()
    {
        (await host.DeployAsync("limited?convention=bytes", Wat.Echo)).Is(201);
        using var client = await ClientAsync("small", """["call"],"maxBodyBytes":100""");

        using var fits = ServedHost.Bytes(new byte[100]);
        (await ServedHost.SendAsync(client, HttpMethod.Post, "/v1/functions/limited/calls/echo", fits)).Is(200);
        using var announced = ServedHost.Bytes(new byte[101]);
        (await ServedHost.SendAsync(client, HttpMethod.Post, "/v1/functions/limited/calls/echo", announced)).IsFailure(413, "http.body_too_large");
        using var chunked = new StreamContent(new MemoryStream(new byte[101]));
        (await ServedHost.SendAsync(client, HttpMethod.Post, "/v1/functions/limited/calls/echo", chunked, ("Transfer-Encoding", "chunked"))).IsFailure(413, "http.body_too_large");
    }

    [Fact]
    public async Task Bodies_that_are_too_large_together_are_refused_and_their_room_comes_back()
    {
        (await host.DeployAsync("heavy?convention=bytes", Wat.Echo)).Is(201);

        // One stands at 900 KiB and does not end: there is no room for another of 200 KiB then. Whichever comes too late is refused, so it is tried again.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            await using var first = await RawHttp.ConnectAsync(host.Client.BaseAddress!);
            await first.WriteAsync($"POST /v1/functions/heavy/calls/echo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {host.Serve.Key}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\ne1000\r\n{new string('x', 900 << 10)}");
            var refused = first.ReadAsync();
            Answer second;
            do
            {
                await Task.Delay(20, patience.Token);
                using var more = ServedHost.Bytes(new byte[200 << 10]);
                second = await host.SendAsync(HttpMethod.Post, "/v1/functions/heavy/calls/echo", more);
            }
            while (second.Status == HttpStatusCode.OK && !refused.IsCompleted);

            if (!refused.IsCompleted)
            {
                second.IsFailure(503, "http.busy");
                await first.WriteAsync("\r\n0\r\n\r\n");
                var (status, text) = await refused;
                Assert.True(status == 200, text[..Math.Min(text.Length, 1000)]);
                break;
            }

            Assert.Equal(503, (await refused).Status);
        }

        using var after = ServedHost.Bytes(new byte[200 << 10]);
        (await host.SendAsync(HttpMethod.Post, "/v1/functions/heavy/calls/echo", after)).Is(200);
        Assert.DoesNotContain("invalid state", host.Serve.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_is_in_the_log_or_in_the_output_but_the_first_one_once()
    {
        using var client = await ClientAsync("secret", """["call"]""");
        string secret = client.DefaultRequestHeaders.Authorization!.Parameter!;
        foreach (string path in (string[])["/v1/keys", $"/v1/{secret}", $"/v1/functions/{secret}/exports?key={secret}"])
        {
            await ServedHost.SendAsync(client, HttpMethod.Get, path);
        }

        using var broken = new HttpClient { BaseAddress = host.Client.BaseAddress };
        broken.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"{secret}x");
        using var json = new StringContent("{", Encoding.UTF8, "application/json");
        (await ServedHost.SendAsync(broken, HttpMethod.Post, "/v1/keys", json)).IsFailure(401, "http.unauthorized");

        string[] written = [host.Serve.Output, .. Directory.GetFiles(Path.Combine(host.Folder, "wasmactors-data", "logs")).Select(ReadShared)];
        Assert.All(written, text => Assert.DoesNotContain(secret.Split('_', 3)[2], text, StringComparison.Ordinal));
        string first = host.Serve.Key!.Split('_', 3)[2];
        Assert.Equal(1, written.Sum(text => text.Split(first).Length - 1));
        byte[] stored = Encoding.Latin1.GetBytes(ReadShared(Path.Combine(host.Folder, "wasmactors-data", "wasmactors.db")));
        Assert.True(stored.AsSpan().IndexOf(Encoding.ASCII.GetBytes(first)) < 0);
    }

    private static string ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private async Task<HttpClient> ClientAsync(string name, string scopesAndLimits)
    {
        var made = (await host.JsonAsync(HttpMethod.Post, "/v1/keys", $$"""{"name":"{{name}}","scopes":{{scopesAndLimits}}}""")).Is(201);
        return host.Serve.ClientWith(made.Json.GetProperty("secret").GetString());
    }
}
