using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>A server that answers what a test says: for answers that a real one never gives, and to see exactly what is sent.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<SentRequest> _requests = [];

    private FakeServer(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    /// <summary>What was sent so far.</summary>
    public IReadOnlyList<SentRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static async Task<FakeServer> StartAsync(Func<HttpContext, SentRequest, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var server = new FakeServer(app);
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            string target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            var headers = context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            var request = new SentRequest(context.Request.Method, target, headers, body.ToArray());
            lock (server._requests)
            {
                server._requests.Add(request);
            }

            await answer(context, request);
        });
        await app.StartAsync();
        server.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>Answers with JSON by method and target, <c>"GET /v1/nodes"</c>; everything else is 404.</summary>
    public static Task<FakeServer> AnsweringAsync(params (string Request, string Json)[] answers) => StartAsync((context, request) =>
    {
        string json = Array.Find(answers, a => a.Request == $"{request.Method} {request.Target}").Json;
        return json is null ? WriteAsync(context, 404, "text/plain", "nothing here") : WriteAsync(context, 200, "application/json", json);
    });

    /// <summary>Answers a problem.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="code">The failure's code.</param>
    /// <param name="detail">What it says.</param>
    /// <param name="more">Further members, as JSON.</param>
    public static Task RefuseAsync(HttpContext context, int status, string code, string detail, string more = "\"mayHaveRun\": false") => WriteAsync(
        context,
        status,
        "application/problem+json",
        $$"""{ "type": "urn:wasmactors:error:{{code}}", "title": "Refused", "status": {{status}}, "detail": {{JsonSerializer.Serialize(detail)}}, "code": "{{code}}", {{more}} }""");

    public static Task WriteAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>A request as it came.</summary>
internal sealed record SentRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
