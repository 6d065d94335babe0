using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace WasmActors.Host.Http.Answers;

/// <summary>Serves what an endpoint answers, which is made once: with an entity tag, so that clients ask again without getting it again, and compressed for
/// clients that accept it.</summary>
/// <param name="source">The endpoint, whose answer is the same for every request.</param>
/// <param name="services">The application's services, for the one request that the endpoint gets.</param>
internal sealed class CachedAnswer(RequestDelegate source, IServiceProvider services)
{
    private readonly Lock _lock = new();
    private Task<Content>? _content;

    /// <summary>Answers a request.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        var content = await ContentOf(context.Request.Path).WaitAsync(context.RequestAborted).ConfigureAwait(false);
        var form = content.FormFor(context.Request);
        var headers = context.Response.Headers;
        headers.ETag = form.Tag;
        headers.CacheControl = "no-cache"; // kept, and asked for again by its tag
        headers.Vary = "Accept-Encoding";
        if (Matches(context.Request.Headers.IfNoneMatch, form.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = content.Type;
        if (form.Encoding is { } encoding)
        {
            headers.ContentEncoding = encoding;
        }

        await AnswerBytes.WriteAsync(context, form.Bytes).ConfigureAwait(false);
    }

    private Task<Content> ContentOf(PathString path)
    {
        lock (_lock)
        {
            if (_content is null || _content.IsFaulted || _content.IsCanceled)
            {
                _content = Task.Run(() => MakeAsync(path));
            }

            return _content;
        }
    }

    private async Task<Content> MakeAsync(PathString path)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = HttpMethods.Get;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("localhost");
        context.Request.Path = path;
        context.Response.Body = body;
        await source(context).ConfigureAwait(false);
        await context.Response.BodyWriter.FlushAsync().ConfigureAwait(false);
        return context.Response.StatusCode == StatusCodes.Status200OK
            ? new Content(context.Response.ContentType ?? "application/octet-stream", body.ToArray())
            : throw new InvalidOperationException($"{path} answered {context.Response.StatusCode}.");
    }

    private static bool Matches(StringValues wanted, string tag)
    {
        foreach (string? line in wanted)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                var one = line.AsSpan()[part].Trim();
                if (one is "*" || (one.StartsWith("W/") ? one[2..] : one).SequenceEqual(tag))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private sealed class Content
    {
        private readonly Form[] _forms;

        public Content(string type, byte[] bytes)
        {
            Type = type;
            string digest = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));
            _forms =
            [
                new Form("br", $"\"{digest}-br\"", Compress(bytes, static s => new BrotliStream(s, CompressionLevel.Optimal))),
                new Form("gzip", $"\"{digest}-gzip\"", Compress(bytes, static s => new GZipStream(s, CompressionLevel.Optimal))),
                new Form(null, $"\"{digest}\"", bytes),
            ];
        }

        public string Type { get; }

        public Form FormFor(HttpRequest request)
        {
            if (request.Headers.AcceptEncoding.Count > 0 && StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted))
            {
                foreach (var form in _forms)
                {
                    if (form.Encoding is { } encoding && accepted.Any(a => a.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && a.Quality is null or > 0))
                    {
                        return form;
                    }
                }
            }

            return _forms[^1];
        }

        private static byte[] Compress(byte[] bytes, Func<Stream, Stream> compressor)
        {
            using var compressed = new MemoryStream();
            using (var stream = compressor(compressed))
            {
                stream.Write(bytes);
            }

            return compressed.ToArray();
        }
    }

    private sealed record Form(string? Encoding, string Tag, byte[] Bytes);
}
