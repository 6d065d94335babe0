using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Http.Answers;

namespace WasmActors.Host.Tests.Http.Answers;

[Collection(OpenHost.Name)]
public sealed class CachedAnswerTests(OpenHost host)
{
    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/scalar.js")]
    public async Task What_is_the_same_for_everybody_has_a_tag_and_is_not_sent_again(string path)
    {
        var first = (await host.GetAsync(path)).Is(200);
        string tag = first.Header("ETag")!;

        Assert.Equal("", (await host.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", tag))).Is(304).Text);
        (await host.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", $"\"x\", W/{tag}"))).Is(304, "");
        (await host.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", "\"x\""))).Is(200, first.Text);
        Assert.Equal("no-cache", first.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("deflate, gzip;q=0.5, br;q=0", "gzip")]
    [InlineData("gzip;q=0", null)]
    [InlineData("no such thing", null)]
    public async Task It_is_compressed_for_clients_that_accept_it(string accepted, string? encoding)
    {
        var plain = (await host.GetAsync("/openapi/v1.json")).Is(200);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/openapi/v1.json", UriKind.Relative));
        Assert.True(request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted));
        using var answer = await host.Client.SendAsync(request);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal(encoding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("Accept-Encoding", Assert.Single(answer.Headers.Vary));
        using var sent = new MemoryStream(body);
        await using Stream read = encoding switch { "gzip" => new GZipStream(sent, CompressionMode.Decompress), "br" => new BrotliStream(sent, CompressionMode.Decompress), _ => sent };
        using var text = new StreamReader(read);
        Assert.Equal(plain.Text, await text.ReadToEndAsync());
        Assert.True(encoding is null || body.Length < plain.Text.Length / 4, $"{body.Length} of {plain.Text.Length}");
        Assert.Equal(encoding is null, answer.Headers.ETag!.Tag == plain.Header("ETag"));
    }

    [Fact]
    public async Task Its_source_is_asked_once_by_any_number_of_requests_and_again_only_after_a_failure()
    {
        int asked = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var services = new EmptyServices();
        var cached = new CachedAnswer(
            async context =>
            {
                int number = Interlocked.Increment(ref asked);
                await release.Task;
                if (number == 1)
                {
                    throw new InvalidOperationException("The first time it fails.");
                }

                await context.Response.WriteAsync("made once");
            },
            services);

        var failing = Enumerable.Range(0, 8).Select(_ => ServeAsync(cached)).ToList();
        release.SetResult();
        foreach (var request in failing)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => request);
        }

        Assert.Equal(Enumerable.Repeat("made once", 100), await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ServeAsync(cached))), StringComparer.Ordinal);
        Assert.Equal(2, asked);
    }

    private static async Task<string> ServeAsync(CachedAnswer cached)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await cached.ServeAsync(context);
        await context.Response.BodyWriter.FlushAsync();
        return System.Text.Encoding.UTF8.GetString(body.ToArray());
    }

    private sealed class EmptyServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
