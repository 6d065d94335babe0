using System.Collections.Concurrent;
using System.Diagnostics;

namespace WasmActors.Tests.Support;

/// <summary>Starts a trace, listens to the library's spans and those of tests, and keeps the spans of its trace.</summary>
internal sealed class Spans : IDisposable
{
    private const string Name = "WasmActors.Tests";
    private const string Library = "WasmActors";

    private static readonly ActivitySource s_source = new(Name);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <summary>Starts the trace.</summary>
    /// <param name="sampled">Whether the library's spans are recorded.</param>
    /// <param name="whenEnded">Called when a span of the library has ended, of this trace or another one.</param>
    internal Spans(bool sampled = true, Action? whenEnded = null)
    {
        Activity.Current = null;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is Library or Name,
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

    /// <summary>The first span of the trace: the current one where this was created.</summary>
    internal Activity Root { get; }

    /// <summary>The spans of the trace that have ended.</summary>
    internal IReadOnlyList<Activity> Ended => [.. _ended.Where(span => span.TraceId == Root.TraceId)];

    /// <summary>Starts a span of a user of the library.</summary>
    internal static Activity? Begin(string name) => s_source.StartActivity(name);

    /// <summary>Checks that a span is the child of another one.</summary>
    internal static void AssertChild(Activity child, Activity parent) => Assert.Equal(parent.SpanId, child.ParentSpanId);

    public void Dispose()
    {
        Root.Dispose();
        _listener.Dispose();
    }

    /// <summary>Returns the spans with a name that have ended.</summary>
    internal IReadOnlyList<Activity> Of(string name) => [.. Ended.Where(span => span.OperationName == name)];

    /// <summary>Returns the only span with a name, when it has ended.</summary>
    internal async Task<Activity> OneAsync(string name)
    {
        await Expect.ConditionAsync(() => Of(name).Count > 0, $"a span {name} has ended");
        return Assert.Single(Of(name));
    }
}
