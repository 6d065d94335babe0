using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using Serilog;
using WasmActors.Actors.Telemetry;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Functions.Telemetry;

/// <summary>The instruments of deployed functions, told on the node that carries a call out. Their tags name deployed functions only.</summary>
internal static class FunctionMetrics
{
    internal const string FunctionTag = "wasmactors.function.name";
    internal const string KindTag = "wasmactors.function.kind";

    private static readonly InstrumentAdvice<double> s_seconds = new()
    {
        HistogramBucketBoundaries = [0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    };

    private static readonly Histogram<double> s_duration = RuntimeTelemetry.Meter.CreateHistogram(
        "wasmactors.function.call.duration",
        "s",
        "Time of one call of a deployed function on the node that carried it out, from when it came until its answer.",
        tags: null,
        advice: s_seconds);

    private static readonly Histogram<double> s_queue = RuntimeTelemetry.Meter.CreateHistogram(
        "wasmactors.function.queue.duration",
        "s",
        "Time that one call of a deployed function waited for its turn.",
        tags: null,
        advice: s_seconds);

    private static readonly FrozenSet<string> s_codes = typeof(FunctionErrorCode)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (string)field.GetRawConstantValue()!)
        .ToFrozenSet(StringComparer.Ordinal);

    // With some codes of failures for each, some 500 KB for Prometheus at a time.
    private static readonly BusiestNames s_names = new(200, 1000, TimeProvider.System);

    private static long s_keyed;
    private static long s_stateless;
    private static long s_shards;

    static FunctionMetrics()
    {
        RuntimeTelemetry.Meter.CreateObservableUpDownCounter(
            "wasmactors.function.stores.live",
            static () => new Measurement<long>[]
            {
                new(Volatile.Read(ref s_keyed), new KeyValuePair<string, object?>(KindTag, "keyed")),
                new(Volatile.Read(ref s_stateless), new KeyValuePair<string, object?>(KindTag, "stateless")),
            },
            "{store}",
            "Stores of deployed functions that live.");
        RuntimeTelemetry.Meter.CreateObservableUpDownCounter(
            "wasmactors.function.shards",
            static () => Volatile.Read(ref s_shards),
            "{shard}",
            "Shards of keys that the node has.");
    }

    /// <summary>A call was answered.</summary>
    /// <param name="log">Where it is told that a listener throws: that must not keep an answer back.</param>
    /// <param name="function">The function, which is deployed.</param>
    /// <param name="code">The failure's code; null for a success.</param>
    /// <param name="timing">Where the time went.</param>
    internal static void Answered(ILogger log, string function, string? code, in CallTiming timing)
    {
        if (!s_duration.Enabled && !s_queue.Enabled)
        {
            return;
        }

        try
        {
            var tags = new TagList { { FunctionTag, s_names.ValueOf(function) } };
            s_queue.Record(timing.Queue.TotalSeconds, in tags);
            if (code is not null)
            {
                tags.Add(RuntimeTelemetry.ErrorTag, ErrorOf(code));
            }

            s_duration.Record(timing.Total.TotalSeconds, in tags);
        }
        catch (Exception failure)
        {
            log.Error(failure, "A listener to measurements threw; what it was to be told of a call of {Function} is lost", function);
        }
    }

    /// <summary>The value of the tag for a failure: codes that others made up have one together.</summary>
    internal static string ErrorOf(string code) => s_codes.Contains(code) ? code : ErrorType.Of(code);

    internal static void StoreStarted(FunctionKind kind) => Interlocked.Increment(ref CountOf(kind));

    internal static void StoreEnded(FunctionKind kind) => Interlocked.Decrement(ref CountOf(kind));

    /// <summary>The node has more or fewer shards than before.</summary>
    internal static void ShardsChanged(int by) => Interlocked.Add(ref s_shards, by);

    private static ref long CountOf(FunctionKind kind) => ref kind == FunctionKind.Keyed ? ref s_keyed : ref s_stateless;
}
