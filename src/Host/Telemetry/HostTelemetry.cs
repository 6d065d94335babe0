using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Telemetry;

/// <summary>Metrics for Prometheus, and metrics and traces by OTLP where an endpoint is set. Without either nothing listens.</summary>
internal static class HostTelemetry
{
    private const string Library = "WasmActors";
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
}
