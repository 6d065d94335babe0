using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using WasmActors.Host.Access;
using WasmActors.Host.Http.Answers;
using WasmActors.Host.Http.OpenApi;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Http;

/// <summary>Metrics in Prometheus' text format.</summary>
internal static class MetricsEndpoint
{
    private const string Path = "/metrics";

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
