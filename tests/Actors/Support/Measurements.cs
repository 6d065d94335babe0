using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using WasmActors.Actors.Telemetry;

namespace WasmActors.Actors.Tests.Support;

/// <summary>Listens to the library's instruments, or to those named, and keeps what they measure. Of the whole process: only where nothing else runs.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly ConcurrentQueue<Measured> _all = new();
    private readonly MeterListener _listener = new();

    internal Measurements(params string[] instruments)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WasmTelemetry.MeterName && (instruments.Length == 0 || instruments.Contains(instrument.Name)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    internal IReadOnlyList<Measured> All => [.. _all];

    public void Dispose() => _listener.Dispose();

    internal IReadOnlyList<Measured> Of(string instrument, params (string Tag, string Value)[] tags) =>
        [.. _all.Where(m => m.Instrument == instrument && tags.All(t => m.Tags.TryGetValue(t.Tag, out var value) && value == t.Value))];

    internal double Sum(string instrument, params (string Tag, string Value)[] tags) => Of(instrument, tags).Sum(static m => m.Value);

    /// <summary>What an observable instrument says now.</summary>
    internal double Observe(string instrument)
    {
        _listener.RecordObservableInstruments();
        return Of(instrument)[^1].Value;
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue(new Measured(instrument.Name, value, tags.ToArray().ToDictionary(static t => t.Key, static t => $"{t.Value}", StringComparer.Ordinal)));

    internal sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, string> Tags);
}
