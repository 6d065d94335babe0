using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WasmActors.Runtime.Telemetry;

/// <summary>
/// The library's meter and its source of spans, both named <see cref="Name"/>, and the instruments of what needs no actor. They
/// live as long as the process, and cost next to nothing while nobody listens.
/// </summary>
internal static class RuntimeTelemetry
{
    internal const string Name = "WasmActors";

    /// <summary>Tag for why something failed, as OpenTelemetry names it; absent where it did not.</summary>
    internal const string ErrorTag = "error.type";

    private static readonly string? s_version = typeof(RuntimeTelemetry).Assembly.GetName().Version?.ToString(3);

    internal static Meter Meter { get; } = new(Name, s_version);

    internal static ActivitySource Source { get; } = new(Name, s_version);

    /// <summary>Time of one compilation.</summary>
    internal static Histogram<double> CompileDuration { get; } = Meter.CreateHistogram(
        "wasmactors.compile.duration",
        "s",
        "Time to compile one module.",
        tags: null,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60] });

    /// <summary>Modules that somebody asked a cache for, by where they came from.</summary>
    internal static Counter<long> ModuleLoads { get; } = Meter.CreateCounter<long>(
        "wasmactors.module.loads",
        "{module}",
        "Modules that were answered, by where they came from.");

    /// <summary>What was turned away before it was begun.</summary>
    internal static Counter<long> Refusals { get; } = Meter.CreateCounter<long>(
        "wasmactors.refusals",
        "{refusal}",
        "Calls and modules that were turned away before they were begun.");

    /// <summary>Counts a module in.</summary>
    internal static void Loaded(string source) =>
        ModuleLoads.Add(1, new KeyValuePair<string, object?>("wasmactors.module.source", source));

    /// <summary>Counts a refusal.</summary>
    internal static void Refused(string code)
    {
        if (Refusals.Enabled)
        {
            Refusals.Add(1, new KeyValuePair<string, object?>(ErrorTag, ErrorType.Of(code)));
        }
    }
}
