using System.Diagnostics.Metrics;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Functions.State.Commits;

/// <summary>The instruments of commits, recorded on the node that makes them.</summary>
internal static class CommitMetrics
{
    private const string OutcomeTag = "wasmactors.state.outcome";

    private static readonly KeyValuePair<string, object?> s_committed = new(OutcomeTag, "committed");
    private static readonly KeyValuePair<string, object?> s_fenced = new(OutcomeTag, "fenced");
    private static readonly KeyValuePair<string, object?> s_failed = new(OutcomeTag, "failed");
    private static readonly KeyValuePair<string, object?> s_unknown = new(OutcomeTag, "unknown");

    private static readonly Counter<long> s_commits = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.state.commits", "{commit}", "Commits of durable keys, by their outcome.");

    private static readonly Counter<long> s_bytes = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.state.commit.bytes", "By", "Bytes of commits that were sent to the database.");

    private static readonly Histogram<int> s_group = RuntimeTelemetry.Meter.CreateHistogram(
        "wasmactors.state.group.size",
        "{commit}",
        "Commits of one transaction.",
        tags: null,
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] });

    private static readonly Histogram<double> s_transaction = RuntimeTelemetry.Meter.CreateHistogram(
        "wasmactors.state.transaction.duration", "s", "Time of one transaction of commits.", tags: null,
            advice: Seconds());

    private static readonly Histogram<double> s_wait = RuntimeTelemetry.Meter.CreateHistogram(
        "wasmactors.state.commit.duration", "s", "Time from a commit to its answer.", tags: null, advice: Seconds());

    internal static void Answered(CommitOutcome outcome, TimeSpan wait)
    {
        s_commits
            .Add(1, outcome switch { CommitOutcome.Committed => s_committed, CommitOutcome.Fenced => s_fenced, _ =>
            s_unknown });
        s_wait.Record(wait.TotalSeconds);
    }

    internal static void Sent(int commits, long bytes, TimeSpan duration)
    {
        s_bytes.Add(bytes);
        s_group.Record(commits);
        s_transaction.Record(duration.TotalSeconds);
    }

    internal static void Failed(int commits) => s_commits.Add(commits, s_failed);

    private static InstrumentAdvice<double> Seconds() => new()
    {
        HistogramBucketBoundaries = [0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 15],
    };
}
