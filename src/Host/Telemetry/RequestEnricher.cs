using Serilog.Core;
using Serilog.Events;
using WasmActors.Host.Access;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Telemetry;

/// <summary>Gives log lines that are written for a request its properties: RequestId, RequestMethod, RequestPath, ApiKey (the key's id).</summary>
internal sealed class RequestEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (RequestScope.Current is not { Context: { } context } scope)
        {
            return;
        }

        Add("RequestId", context.TraceIdentifier);
        Add("RequestMethod", context.Request.Method);
        string path = context.Request.Path.Value ?? "";
        Add("RequestPath", path.Contains(ApiKey.Prefix, StringComparison.Ordinal) ? "(with an API key in it)" : GuestText.Clean(path, GuestText.NameLimit));
        if (scope.Key is { } key)
        {
            Add("ApiKey", key.Id);
        }

        void Add(string name, string value) => logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty(name, value));
    }
}
