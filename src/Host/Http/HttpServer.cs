using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Serilog;
using Serilog.Extensions.Logging;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http.Answers;
using WasmActors.Host.Http.Requests;
using WasmActors.Host.Settings;
using WasmActors.Host.Telemetry;
using WasmActors.Host.Triggers;

namespace WasmActors.Host.Http;

/// <summary>The HTTP server of a node. Owns it, not the node.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private const double SlowestBody = 240; // bytes a second

    private static readonly DigitsEncoding s_digits = new();

    // Requests that were ended are answered within it; a guest that a host function holds, 100 ms after it was cancelled.
    private static readonly TimeSpan s_answers = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly HealthEndpoints _health;
    private readonly HttpDoor _door;

    private HttpServer(WebApplication app, HealthEndpoints health)
    {
        _app = app;
        _health = health;
        _door = app.Services.GetRequiredService<HttpDoor>();
    }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    /// <summary>Starts to listen.</summary>
    /// <param name="settings">The host's settings.</param>
    /// <param name="context">The node. The section Kestrel of its configuration has certificates, and whatever else ASP.NET documents for it.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">An address is in use or cannot be listened at.</exception>
    public static async Task<HttpServer> StartAsync(HostSettings settings, TriggerContext context, CancellationToken cancellation)
    {
        var (node, keys, configuration, logger) = context;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "wasmactors", EnvironmentName = "Production" });
        builder.Logging.ClearProviders().AddSerilog(logger, dispose: false)
            .AddFilter<SerilogLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None) // it would make an activity for each request, traced or not
            .AddFilter<SerilogLoggerProvider>("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // what it logs it throws too
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls([.. settings.Http.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings.Http, configuration));
        int connections = OpenFiles.ConnectionsOf(settings.Http.MaxConnections);
        if (connections < settings.Http.MaxConnections)
        {
            logger.Warning("WasmActors:Http:MaxConnections is {MaxConnections}, but this process may have {Files} files open: {Connections} connections are accepted at a time. Raise the limit (ulimit -n, LimitNOFILE) for more", settings.Http.MaxConnections, OpenFiles.Limit, connections);
        }

        HttpDoor.AddTo(builder.Services, connections);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var budget = new ByteBudget(settings.Http.MaxTotalBodyBytes);
        builder.Services.AddSingleton(budget).AddSingleton(settings.Http).AddSingleton(new FailureLog(logger, TimeProvider.System));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.Functions.Grace + s_answers);
        builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.Services.AddOpenApi("v1", static document => document.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "WasmActors", Version = "v1", Description = "Deploys WebAssembly functions and calls them." };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                ["apiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, wak_…" },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("apiKey", document)] = [] }];
            return Task.CompletedTask;
        }));
        HostTelemetry.AddTo(builder.Services, settings.Telemetry, node.Members.SelfAddress.ToString());

        var app = builder.Build();
        var health = new HealthEndpoints(node);
        var gate = new Gate(settings.Http, keys);
        app.Services.GetRequiredService<HttpDoor>().StandBefore(app);
        app.Use(HeadAsGet);
        app.UseRouting();
        app.Use(static next => context => context.GetEndpoint() is RouteEndpoint ? next(context) : AnswerUnservedAsync(context, next));
        HttpApi.Map(app, gate, node, keys, health, new BodyReader(budget));
        if (settings.Http.Documentation)
        {
            app.MapOpenApi("/openapi/v1.json").Finally(endpoint => endpoint.RequestDelegate = Gate.Open(MadeOnce(endpoint, app)));
            app.MapScalarApiReference("/docs", static page => page.WithTitle("WasmActors").WithOpenApiRoutePattern("/openapi/v1.json").DisableDefaultFonts().DisableTelemetry())
                .Finally(endpoint => endpoint.RequestDelegate = Gate.Open(OnItsOwn(MadeOnce(endpoint, app))));
        }

        MetricsEndpoint.Map(app, settings.Telemetry, gate);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new HttpServer(app, health);
    }

    /// <summary>Stops in a way that no client that comes again elsewhere loses a request: first the node says that it is not ready, and asks each client
    /// to come on another connection; then it listens no more; what comes on connections that are there is answered. Requests that run for longer than
    /// the grace time are cancelled, and their clients get 503.</summary>
    /// <param name="drainFor">How long it continues to listen: a load balancer's round of checks.</param>
    /// <param name="grace">How long requests may run then.</param>
    public async Task StopAsync(TimeSpan drainFor, TimeSpan grace)
    {
        _health.Stop();
        _door.Drain();
        await Task.Delay(drainFor).ConfigureAwait(false);
        await _door.CloseAsync().ConfigureAwait(false);
        var stopped = _app.StopAsync();
        if (await Task.WhenAny(stopped, Task.Delay(grace)).ConfigureAwait(false) != stopped)
        {
            await _door.EndRequestsAsync().ConfigureAwait(false);
        }

        await stopped.ConfigureAwait(false);
    }

    /// <summary>Stops at once: the node has lost its cluster, and what its functions answer may be stale.</summary>
    public async Task AbandonAsync()
    {
        _health.Stop();
        _door.Drain();
        await _door.EndRequestsAsync().ConfigureAwait(false);
        await _door.CloseAsync().ConfigureAwait(false);
        await _app.StopAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, HttpSettings settings, IConfiguration configuration)
    {
        kestrel.Configure(configuration.GetSection("Kestrel"));
        kestrel.AddServerHeader = false;

        // What others on the way may read in another way: a line that ends without CR, and a length with a sign.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        kestrel.RequestHeaderEncodingSelector = static name => name == HeaderNames.ContentLength ? s_digits : null;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = settings.MaxBodyBytes;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.RequestHeadersTimeout = settings.SlowClient;
        var patience = settings.SlowClient > TimeSpan.FromSeconds(1) ? settings.SlowClient : TimeSpan.FromSeconds(1.1); // Kestrel wants more than 1 s
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = new MinDataRate(SlowestBody, patience); // of large answers see AnswerBytes
        limits.MaxResponseBufferSize = AnswerBytes.Small;
    }

    // Answered without a body by the server itself, whatever is written.
    private static RequestDelegate HeadAsGet(RequestDelegate next) => context =>
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Method = HttpMethods.Get;
        }

        return next(context);
    };

    // All but the page itself, whose path has a parameter, is the same for every request.
    private static RequestDelegate MadeOnce(EndpointBuilder endpoint, WebApplication app) =>
        endpoint is RouteEndpointBuilder { RoutePattern.Parameters.Count: 0 } ? new CachedAnswer(endpoint.RequestDelegate!, app.Services).ServeAsync : endpoint.RequestDelegate!;

    // The page to try the API: the browser is told to load nothing from elsewhere, whatever the page asks for.
    private static RequestDelegate OnItsOwn(RequestDelegate page) => context =>
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";
        return page(context);
    };

    // There is no endpoint for the path, or one of routing's own that refuses the method.
    private static async Task AnswerUnservedAsync(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        int status = context.Response.StatusCode;
        if (status == StatusCodes.Status405MethodNotAllowed && context.Response.Headers.Allow.ToString() is var allowed && allowed.Contains(HttpMethods.Get, StringComparison.Ordinal))
        {
            context.Response.Headers.Allow = $"{allowed}, {HttpMethods.Head}";
        }

        var (code, detail) = status switch
        {
            StatusCodes.Status404NotFound => (ApiErrorCode.NotFound, "Nothing is served at this path: /openapi/v1.json lists what is."),
            StatusCodes.Status405MethodNotAllowed => (ApiErrorCode.MethodNotAllowed, $"The path takes {context.Response.Headers.Allow}."),
            StatusCodes.Status413PayloadTooLarge => (ApiErrorCode.BodyTooLarge, "The body is larger than allowed."),
            StatusCodes.Status415UnsupportedMediaType => (ApiErrorCode.UnsupportedMediaType, "The body is of a media type that is not taken here."),
            _ => (ApiErrorCode.BadRequest, ReasonPhrases.GetReasonPhrase(status)),
        };
        if (status >= StatusCodes.Status400BadRequest && !context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, Problems.Make(status, code, detail)).ConfigureAwait(false);
        }
    }

    // Signals are for the program, which stops more than this server.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
