using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WasmActors.Host.Access;
using WasmActors.Host.Http;
using WasmActors.Host.Http.Answers;
using WasmActors.Host.Http.OpenApi;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Telemetry;

/// <summary>Metrics for Prometheus, and metrics and traces by OTLP where an endpoint is set. Without either nothing listens.</summary>
internal static class HostTelemetry
{
    private const string Library = "WasmActors";
    private const string Path = "/metrics";
    private static readonly string[] s_meters = [Library, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>Sets up what collects them.</summary>
    public static void AddTo(IServiceCollection services, TelemetrySettings settings, string node)
    {
        bool sends = settings.OtlpEndpoint.Length > 0;
        if (!settings.Metrics && !sends)
        {
            return;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("wasmactors", serviceInstanceId: node));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(s_meters);
            if (settings.Metrics)
            {
                metrics.AddPrometheusExporter();
            }

            if (sends)
            {
                metrics.AddOtlpExporter(otlp => otlp.Endpoint = new Uri(settings.OtlpEndpoint));
            }
        });
        if (sends)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(Library, "Microsoft.AspNetCore")
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TracePercent / 100.0)))
                .AddOtlpExporter(otlp => otlp.Endpoint = new Uri(settings.OtlpEndpoint)));
        }
    }

    /// <summary>Serves /metrics.</summary>
    public static void Map(WebApplication app, TelemetrySettings settings, Gate gate)
    {
        if (!settings.Metrics)
        {
            return;
        }

        var scrape = Buffered(((IApplicationBuilder)app).New().UseOpenTelemetryPrometheusScrapingEndpoint(static _ => true).Build());
        app.MapGet(Path, settings.OpenMetrics ? Gate.Open(scrape) : gate.Guard(ApiScope.Admin, scrape))
            .Describe("metrics", "Health", "Metrics in Prometheus' text format.").AnswersBytes("text/plain");
    }

    // The exporter's own buffer is locked while it is written: a client that does not read would hold up all others.
    private static RequestDelegate Buffered(RequestDelegate scrape) => async context =>
    {
        using var buffer = new MemoryStream();
        var body = context.Features.Get<IHttpResponseBodyFeature>();
        context.Response.Body = buffer;
        try
        {
            await scrape(context).ConfigureAwait(false);
        }
        finally
        {
            context.Features.Set(body);
        }

        await AnswerBytes.WriteAsync(context, buffer.GetBuffer().AsMemory(0, (int)buffer.Length)).ConfigureAwait(false);
    };
}
