using System.Diagnostics;

namespace WasmActors.Functions.Wire;

/// <summary>W3C trace context on the wire. What is damaged or too long is left out: a call is carried out without it.</summary>
internal static class TraceCodec
{
    private const int MaxState = 512; // characters, as W3C asks everybody to hand on

    internal static TraceData ToData(ActivityContext trace)
    {
        var data = new TraceData { Parent = $"00-{trace.TraceId}-{trace.SpanId}-{(int)trace.TraceFlags:x2}" };
        if (trace.TraceState is { Length: <= MaxState } state)
        {
            data.State = state;
        }

        return data;
    }

    internal static ActivityContext FromData(TraceData data) =>
        ActivityContext.TryParse(data.Parent, data.State.Length is > 0 and <= MaxState ? data.State : null, isRemote: true, out var trace) ? trace : default;
}
