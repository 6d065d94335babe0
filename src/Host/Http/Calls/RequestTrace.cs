using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace WasmActors.Host.Http.Calls;

/// <summary>The W3C trace context of a request, carried on where nobody else has taken it up: into the messages of a call and the imports that its guest
/// calls. Where traces are sent somewhere, the server has taken it up already.</summary>
internal static class RequestTrace
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";
    private const int LongestState = 512; // as W3C asks to be carried at least

    /// <summary>An activity that continues the request's trace, to be stopped when the call is done; null where there is none, or there is one already.</summary>
    public static Activity? Continue(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Parent, out var parent) || Activity.Current is not null)
        {
            return null;
        }

        string? state = request.Headers.TryGetValue(State, out var states) && states.ToString() is { Length: <= LongestState } text ? text : null;
        return parent.Count == 1 && ActivityContext.TryParse(parent[0], state, isRemote: true, out var context)
            ? new Activity("http.call") { TraceStateString = state, ActivityTraceFlags = context.TraceFlags }.SetParentId(context.TraceId, context.SpanId, context.TraceFlags).Start()
            : null;
    }
}
