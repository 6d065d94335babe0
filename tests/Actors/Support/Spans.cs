using System.Collections.Concurrent;
using System.Diagnostics;
using WasmActors.Actors.Telemetry;

namespace WasmActors.Actors.Tests.Support;

/// <summary>Listens to the library's spans and to those of the tests, and keeps what belongs to one trace, whose first span it begins.</summary>
internal sealed class Spans : IDisposable
{
    private static readonly ActivitySource s_source = new("WasmActors.Tests");

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    internal Spans(bool sampled = true)
    {
        Activity.Current = null;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is WasmTelemetry.SourceName or "WasmActors.Tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                sampled || options.Source == s_source ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        Root = s_source.StartActivity("test")!;
    }

    /// <summary>The test's own span, the current one where this was made.</summary>
    internal Activity Root { get; }

    /// <summary>Those of the trace that have ended.</summary>
    internal IReadOnlyList<Activity> Ended => [.. _ended.Where(span => span.TraceId == Root.TraceId)];

    public void Dispose()
    {
        Root.Dispose();
        _listener.Dispose();
    }

    /// <summary>A span of who uses the library.</summary>
    internal static Activity? Begin(string name) => s_source.StartActivity(name);

    /// <summary>The only span of that name in the trace, once it has ended.</summary>
    internal async Task<Activity> OneAsync(string name)
    {
        await Expect.ConditionAsync(() => Ended.Any(span => span.OperationName == name), $"a span {name} has ended");
        return Assert.Single(Ended, span => span.OperationName == name);
    }

    internal static void AssertChild(Activity child, Activity parent) => Assert.Equal(parent.SpanId, child.ParentSpanId);
}
