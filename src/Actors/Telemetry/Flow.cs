using System.Diagnostics;

namespace WasmActors.Actors.Telemetry;

/// <summary>Lets code see a span, or the store on whose behalf it runs, as its own for a while; afterwards all is as before.</summary>
internal readonly ref struct Flow
{
    private readonly bool _keeps;
    private readonly ExecutionContext? _before;
    private readonly Activity? _current;

    private Flow(ExecutionContext? before, Activity? current) => (_keeps, _before, _current) = (true, before, current);

    /// <summary>What is set from here on holds until this is disposed.</summary>
    internal static Flow Keep() => new(ExecutionContext.Capture(), Activity.Current);

    /// <summary>The same, with a span as the current one; null leaves what is.</summary>
    internal static Flow With(Activity? span)
    {
        var flow = Keep();
        if (span is not null)
        {
            Activity.Current = span;
        }

        return flow;
    }

    public void Dispose()
    {
        if (_before is not null)
        {
            ExecutionContext.Restore(_before);
        }
        else if (_keeps)
        {
            Activity.Current = _current; // the caller has suppressed the flow
        }
    }
}
