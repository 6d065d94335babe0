using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Serilog.Events;
using WasmActors.Host.Access;
using WasmActors.Host.Contracts;
using WasmActors.Host.Telemetry;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http.Answers;

/// <summary>Logs one line for each request that failed, with what its problem says and who sent it; no more than <see cref="PerSecond"/> in a
/// second, so that callers cannot flood the log. What was left out is counted in a line of its own.</summary>
/// <param name="logger">Where it logs.</param>
/// <param name="clock">Measures the second.</param>
internal sealed class FailureLog(Serilog.ILogger logger, TimeProvider clock)
{
    /// <summary>Most lines in a second.</summary>
    public const int PerSecond = 100;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long _windowStart;
    private int _inWindow;
    private long _leftOut;

    /// <summary>Logs a failure.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">What it is answered.</param>
    /// <param name="failure">The exception of a failure of the host; null for the failures of others.</param>
    public void Failed(HttpContext context, Problem problem, Exception? failure)
    {
        if (!TryTake())
        {
            return;
        }

        var level = failure is not null ? LogEventLevel.Error
            : problem.Status >= StatusCodes.Status500InternalServerError ? LogEventLevel.Warning
            : LogEventLevel.Information;
        logger.Write(
            level,
            failure,
            "A request failed with {Code}, status {Status}: function {Function}, export {Export}, API key {ApiKeyName}, trace id {TraceId}. {Detail:l}",
            problem.Code,
            problem.Status,
            RouteText(context, "name"),
            RouteText(context, "export"),
            RequestScope.Current?.Key?.Name,
            problem.TraceId,
            problem.Code is ErrorCode.BadArguments or ErrorCode.WrongType or ApiErrorCode.BadJson ? "" : ApiKey.Hide(problem.Detail)); // those may quote a value
    }

    private static string? RouteText(HttpContext context, string name) =>
        context.GetRouteValue(name) is string text ? ApiKey.Hide(GuestText.Clean(text, GuestText.NameLimit)) : null;

    private bool TryTake()
    {
        lock (_lock)
        {
            if (_inWindow == 0 || clock.GetElapsedTime(_windowStart) >= s_window)
            {
                (_windowStart, _inWindow) = (clock.GetTimestamp(), 0);
            }

            if (_inWindow < PerSecond)
            {
                _inWindow++;
                return true;
            }

            if (_leftOut++ == 0)
            {
                _ = ReportAsync();
            }

            return false;
        }
    }

    private async Task ReportAsync()
    {
        await Task.Delay(s_window, clock).ConfigureAwait(false);
        long leftOut;
        lock (_lock)
        {
            (leftOut, _leftOut) = (_leftOut, 0);
        }

        logger.Warning("{LeftOut} more requests failed in the last second and were not logged: at most {Limit} are", leftOut, PerSecond);
    }
}
