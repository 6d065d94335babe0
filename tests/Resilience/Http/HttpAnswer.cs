using System.Text;

namespace WasmActors.Resilience.Http;

/// <summary>An answer, whole.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Whether the host closes the connection behind it.</summary>
    internal bool Closes => Headers.TryGetValue("Connection", out string? connection) && connection.Contains("close", StringComparison.OrdinalIgnoreCase);

    /// <summary>The body as text.</summary>
    internal string Text => Encoding.UTF8.GetString(Body);
}
