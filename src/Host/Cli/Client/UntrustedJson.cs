using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WasmActors.Host.Cli.Client;

/// <summary>Reads messages of a server, so that what comes out has all that its type says.</summary>
internal static class UntrustedJson
{
    /// <summary>Reads one message.</summary>
    /// <exception cref="JsonException">It is no JSON, or none of this type.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        var message = JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        RefuseNullElements(json);
        return message;
    }

    // No array of the API holds null, and the serializer does not look for it.
    private static void RefuseNullElements(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var before = JsonTokenType.None;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && before != JsonTokenType.PropertyName)
            {
                throw new JsonException("null in an array");
            }

            before = reader.TokenType;
        }
    }
}
