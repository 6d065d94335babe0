using System.Diagnostics;
using System.Diagnostics.Metrics;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Actors.Telemetry;

/// <summary>The instruments of commands to stores, and whether anybody listens to them or to their spans.</summary>
internal static class CallMetrics
{
    internal const string KindTag = "wasmactors.call.kind";
    internal const string ServerTag = "wasmactors.import.server";

    private const string PhaseTag = "wasmactors.call.phase";

    private static readonly InstrumentAdvice<double> s_seconds = new()
    {
        HistogramBucketBoundaries = [0.000001, 0.00001, 0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    };

    private static readonly Counter<long> s_calls = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.calls",
        "{call}",
        "Commands that stores have answered.");

    private static readonly Histogram<double> s_duration = RuntimeTelemetry.Meter.CreateHistogram(
        "wasmactors.call.duration",
        "s",
        "Time of one command in each phase: waiting for its store, running, parked while an import is answered.",
        tags: null,
        advice: s_seconds);

    private static readonly Counter<long> s_slices = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.slices",
        "{slice}",
        "Steps that guests have run: to the end of a time slice, to an import that is answered later, or to the call's end.");

    private static readonly Histogram<double> s_imports = RuntimeTelemetry.Meter.CreateHistogram(
        "wasmactors.import.duration",
        "s",
        "Time that a guest waited for one import's answer.",
        tags: null,
        advice: s_seconds);

    private static bool s_others;

    /// <summary>Whether commands are to be followed at all. Asked once for each, so it must cost next to nothing: of the instruments only the
    /// usual one is looked at.</summary>
    internal static bool IsListening => s_calls.Enabled || s_others || RuntimeTelemetry.Source.HasListeners();

    /// <summary>Whether any command or step was ever followed in this process; until then nobody looks for records.</summary>
    internal static bool HasFollowed { get; set; }

    /// <summary>Looks whether anybody listens to the other instruments only. Called by the sweeper of requests, each time round.</summary>
    internal static void LookForListeners() =>
        s_others = s_duration.Enabled || s_slices.Enabled || s_imports.Enabled || StoreMetrics.FollowsMemory;

    internal static void Answered(string kind, string? error)
    {
        var tags = Tags(kind, error);
        s_calls.Add(1, in tags);
    }

    internal static void Spent(string kind, string phase, string? error, TimeSpan time)
    {
        var tags = Tags(kind, error);
        tags.Add(PhaseTag, phase);
        s_duration.Record(time.TotalSeconds, in tags);
    }

    internal static void Stepped() => s_slices.Add(1);

    internal static void ImportAnswered(string server, string? error, TimeSpan time)
    {
        var tags = new TagList { { ServerTag, server } };
        Add(ref tags, error);
        s_imports.Record(time.TotalSeconds, in tags);
    }

    private static TagList Tags(string kind, string? error)
    {
        var tags = new TagList { { KindTag, kind } };
        Add(ref tags, error);
        return tags;
    }

    private static void Add(ref TagList tags, string? error)
    {
        if (error is not null)
        {
            tags.Add(RuntimeTelemetry.ErrorTag, error);
        }
    }
}
