using System.Diagnostics;
using Serilog;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Functions.Telemetry;

/// <summary>The span of one call of a deployed function while somebody listens: at its caller, or where it is carried out. Begun and ended in an
/// async method of its own, so that it is current there only.</summary>
internal sealed class FunctionSpan
{
    private const string CallName = "wasmactors.function.call";
    private const string ExecutionName = "wasmactors.function.execution";

    private readonly Activity _span;
    private readonly ILogger _log;

    private FunctionSpan(Activity span, ILogger log)
    {
        _span = span;
        _log = log;
    }

    /// <summary>Whether anybody listens to spans: asked before one is begun.</summary>
    internal static bool IsListening => RuntimeTelemetry.Source.HasListeners();

    /// <summary>Begins the span of who calls; null where it is not sampled.</summary>
    internal static FunctionSpan? BeginCall(ILogger log, string function) => Begin(log, CallName, ActivityKind.Client, function, default);

    /// <summary>Begins the span of who carries the call out. Where it is not sampled, what came with the call is handed on to what the guest calls.</summary>
    /// <param name="log">Where it is told that a listener throws.</param>
    /// <param name="function">The function, which is deployed.</param>
    /// <param name="parent">What came with the call; default for the span that is current.</param>
    internal static FunctionSpan? BeginExecution(ILogger log, string function, ActivityContext parent) =>
        Begin(log, ExecutionName, ActivityKind.Server, function, parent) ?? Carry(log, parent);

    /// <summary>Ends it.</summary>
    /// <param name="details">What is told about the call.</param>
    /// <param name="code">The failure's code; null for a success.</param>
    /// <param name="message">The failure's message; null for a success.</param>
    internal void End(in CallDetails? details, string? code, string? message)
    {
        try
        {
            if (details is { } told)
            {
                _span.SetTag("wasmactors.function.version", told.Version)
                    .SetTag("wasmactors.function.queue", told.Timing.Queue.TotalSeconds)
                    .SetTag("wasmactors.function.start", told.Timing.Start.TotalSeconds)
                    .SetTag("wasmactors.function.run", told.Timing.Run.TotalSeconds);
                if (told.Replayed)
                {
                    _span.SetTag("wasmactors.function.replayed", true);
                }
            }

            if (code is not null)
            {
                _span.SetTag(RuntimeTelemetry.ErrorTag, FunctionMetrics.ErrorOf(code)).SetStatus(ActivityStatusCode.Error, Shown(code, message));
            }

            _span.Dispose();
        }
        catch (Exception failure)
        {
            Untold(_log, failure);
        }
    }

    private static FunctionSpan? Begin(ILogger log, string name, ActivityKind kind, string function, ActivityContext parent)
    {
        try
        {
            if (RuntimeTelemetry.Source.StartActivity(name, kind, parent) is { } span)
            {
                span.SetTag(FunctionMetrics.FunctionTag, function);
                return new FunctionSpan(span, log);
            }
        }
        catch (Exception failure)
        {
            Untold(log, failure);
        }

        return null;
    }

    private static FunctionSpan? Carry(ILogger log, ActivityContext parent)
    {
        if (parent == default)
        {
            return null;
        }

        var carrier = new Activity(ExecutionName).SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        carrier.TraceStateString = parent.TraceState;
        carrier.Start();
        return new FunctionSpan(carrier, log);
    }

    // Messages about values may quote them, and arguments are not told.
    private static string? Shown(string code, string? message) => code is ErrorCode.BadArguments or ErrorCode.WrongType || message is null
        ? null
        : GuestText.Clean(message, GuestText.NameLimit);

    private static void Untold(ILogger log, Exception failure) =>
        log.Error(failure, "A listener to spans threw; what it was to be told of a call of a function is lost");
}
