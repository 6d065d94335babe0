using System.Diagnostics.Metrics;
using Serilog.Core;
using Serilog.Events;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Host.Telemetry.Logging;

/// <summary>
/// Writes log events to one sink on a thread of its own. If the sink does not accept them, a bounded number of events is queued and further ones
/// are dropped and counted, so that logging never blocks a guest, an actor or the stop of the node.
/// </summary>
/// <remarks>Owns the logger that it writes to.</remarks>
internal sealed class LogDestination : ILogEventSink, IAsyncDisposable
{
    /// <summary>Events that wait for one sink; the next one is dropped.</summary>
    public const int Capacity = 4096;

    private static readonly Counter<long> s_dropped = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.log.dropped",
        "{event}",
        "Log events that were dropped because their sink did not accept them in time.");

    private readonly string _name;
    private readonly Logger _sink;
    private readonly OutputThread<LogEvent> _thread;
    private long _dropped;

    /// <summary>Starts its thread.</summary>
    /// <param name="name">The sink's name in the settings.</param>
    /// <param name="sink">The logger with this sink alone.</param>
    /// <param name="patience">Longest time that a stop waits until the queue is written.</param>
    public LogDestination(string name, Logger sink, TimeSpan patience)
    {
        _name = name;
        _sink = sink;
        _thread = new OutputThread<LogEvent>($"log to {name}", Capacity, sink.Write, Report, patience);
    }

    /// <summary>Queues an event, or drops it if the queue is full.</summary>
    public void Emit(LogEvent logEvent)
    {
        if (!_thread.TryAdd(logEvent))
        {
            Interlocked.Increment(ref _dropped);
            s_dropped.Add(1, new KeyValuePair<string, object?>("wasmactors.log.sink", _name));
        }
    }

    /// <summary>Writes what is queued and closes the sink, unless it is stuck.</summary>
    public async ValueTask DisposeAsync()
    {
        await _thread.DisposeAsync().ConfigureAwait(false);
        if (_thread.Ended.IsCompleted)
        {
            await _sink.DisposeAsync().ConfigureAwait(false);
        }
    }

    // If more comes than the sink can write, one line for each time that half of the queue is free again.
    private void Report()
    {
        if (Volatile.Read(ref _dropped) > 0 && _thread.Count <= Capacity / 2)
        {
            long dropped = Interlocked.Exchange(ref _dropped, 0);
            _sink.Warning("{Dropped} log events were dropped, because the sink {Sink} did not accept them in time", dropped, _name);
        }
    }
}
