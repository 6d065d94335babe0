using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace WasmActors.Functions.Tests.Support;

/// <summary>Keeps log events.</summary>
internal sealed class CollectingSink : ILogEventSink
{
    private readonly ConcurrentQueue<LogEvent> _events = new();

    public void Emit(LogEvent logEvent) => _events.Enqueue(logEvent);

    /// <summary>All events.</summary>
    internal IReadOnlyList<LogEvent> Events => [.. _events];

    /// <summary>The events that are of a function.</summary>
    internal IReadOnlyList<LogEvent> Of(string function) => [.. _events.Where(e => Property(e, "Function") == function)];

    /// <summary>A property as text, without quotes; null where there is none.</summary>
    internal static string? Property(LogEvent logged, string name) =>
        logged.Properties.TryGetValue(name, out var value) ? (value as ScalarValue)?.Value?.ToString() : null;
}
