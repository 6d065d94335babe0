namespace WasmActors.Host.Settings;

/// <summary>What is told to others about the host.</summary>
internal sealed record TelemetrySettings
{
    /// <summary>Whether /metrics is served. Default true; it asks for a key with the scope admin unless <see cref="OpenMetrics"/>.</summary>
    public required bool Metrics { get; init; }

    /// <summary>Whether /metrics asks for no key. Default false.</summary>
    public required bool OpenMetrics { get; init; }

    /// <summary>Where traces and metrics are sent by OTLP (gRPC), such as http://127.0.0.1:4317; empty, the default, for nowhere.</summary>
    public required string OtlpEndpoint { get; init; }

    /// <summary>Share of calls without a trace of their own that are traced, in percent, 0 to 100. Default 100. Of meaning only with an endpoint.</summary>
    public required int TracePercent { get; init; }

    internal static TelemetrySettings Read(SettingsReader reader)
    {
        var settings = new TelemetrySettings
        {
            Metrics = reader.Switch("Telemetry:Metrics", true),
            OpenMetrics = reader.Switch("Telemetry:OpenMetrics", false),
            OtlpEndpoint = reader.Text("Telemetry:OtlpEndpoint", ""),
            TracePercent = reader.Number("Telemetry:TracePercent", 100, 0, 100),
        };
        if (settings.OtlpEndpoint.Length > 0 && !(Uri.TryCreate(settings.OtlpEndpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            reader.Problem("Telemetry:OtlpEndpoint", $"is '{settings.OtlpEndpoint}'; expected is an address like http://127.0.0.1:4317");
        }

        return settings;
    }
}
