using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WasmActors.Host.Cli.Output;

/// <summary>Writes reports as JSON.</summary>
internal static class JsonReport
{
    /// <summary>Writes a report and the end of the line to standard output.</summary>
    public static void Write<T>(Terminal terminal, T report, JsonTypeInfo<T> type) =>
        terminal.Output.WriteLine(JsonSerializer.Serialize(report, type));
}
