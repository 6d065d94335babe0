using System.Collections.Concurrent;
using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace WasmActors.Tests.Support;

/// <summary>Keeps what is logged, at every level.</summary>
internal sealed class CollectingSink : ILogEventSink
{
    private readonly ConcurrentQueue<LogEvent> _events = new();

    internal CollectingSink() => Logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(this).CreateLogger();

    /// <summary>A logger that writes here.</summary>
    internal ILogger Logger { get; }

    /// <summary>All events.</summary>
    internal IReadOnlyList<LogEvent> Events => [.. _events];

    /// <summary>All events as text.</summary>
    internal IReadOnlyList<string> Lines => [.. _events.Select(static e => e.RenderMessage(CultureInfo.InvariantCulture))];

    public void Emit(LogEvent logEvent) => _events.Enqueue(logEvent);

    /// <summary>Returns the events of a function.</summary>
    internal IReadOnlyList<LogEvent> Of(string function) => [.. _events.Where(e => Property(e, "Function") == function)];

    /// <summary>Returns how many events contain a text.</summary>
    internal int Count(string text) => Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Returns a property as text, without quotes; null if the event does not have it.</summary>
    internal static string? Property(LogEvent logged, string name) =>
        logged.Properties.TryGetValue(name, out var value) ? (value as ScalarValue)?.Value?.ToString() : null;
}
