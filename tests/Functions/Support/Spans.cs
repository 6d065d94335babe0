using System.Collections.Concurrent;
using System.Diagnostics;
using WasmActors.Actors.Telemetry;

namespace WasmActors.Functions.Tests.Support;

/// <summary>Listens to the library's spans and keeps those of one trace, whose first span it begins.</summary>
internal sealed class Spans : IDisposable
{
    private const string Name = "WasmActors.Functions.Tests";

    private static readonly ActivitySource s_source = new(Name);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    internal Spans(bool sampled = true, Action? whenEnded = null)
    {
        Activity.Current = null;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is WasmTelemetry.SourceName or Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                sampled || options.Source.Name == Name ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                _ended.Enqueue(span);
                if (span.Source.Name != Name)
                {
                    whenEnded?.Invoke();
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        Root = s_source.StartActivity("test")!;
        Root.TraceStateString = "vendor=1";
    }

    /// <summary>The test's own span, the current one where this was made.</summary>
    internal Activity Root { get; }

    public void Dispose()
    {
        Root.Dispose();
        _listener.Dispose();
    }

    /// <summary>The spans of that name in the trace that have ended.</summary>
    internal IReadOnlyList<Activity> Of(string name) => [.. _ended.Where(span => span.TraceId == Root.TraceId && span.OperationName == name)];

    /// <summary>The only span of that name in the trace, once it has ended.</summary>
    internal async Task<Activity> OneAsync(string name)
    {
        await Expect.ConditionAsync(() => Of(name).Count > 0, $"a span {name} has ended");
        return Assert.Single(Of(name));
    }
}
