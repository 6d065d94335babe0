using WasmActors.Runtime.Telemetry;

namespace WasmActors.Actors.Telemetry;

/// <summary>Names to listen to the library by: what it measures and traces is listed in docs/telemetry.md.</summary>
public static class WasmTelemetry
{
    /// <summary>Name of the library's <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = RuntimeTelemetry.Name;

    /// <summary>Name of the library's <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string SourceName = RuntimeTelemetry.Name;
}
