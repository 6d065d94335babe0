using Serilog.Core;
using Serilog.Events;

namespace WasmActors.Actors.Telemetry;

/// <summary>
/// Adds to what host functions and delegates log the store on whose behalf they run, as <c>Store</c>, and the number of its
/// call, as <c>Call</c>: <c>new LoggerConfiguration().Enrich.With&lt;StoreEnricher&gt;()</c>. Adds nothing elsewhere.
/// </summary>
/// <remarks>
/// Serilog itself adds <c>TraceId</c> and <c>SpanId</c>, which are those of the call where somebody listens to the library's spans. From the
/// first enricher on each step of a guest costs about 0.1 µs more.
/// </remarks>
public sealed class StoreEnricher : ILogEventEnricher
{
    /// <summary>An enricher; stateless, one serves any number of loggers.</summary>
    public StoreEnricher() => CallMetrics.HasFollowed = RunningStore.IsWanted = true;

    /// <inheritdoc/>
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        ArgumentNullException.ThrowIfNull(propertyFactory);
        if (RunningStore.Current is not { } running)
        {
            return;
        }

        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("Store", running.Cell.Id));
        logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("Call", running.Call));
    }
}
