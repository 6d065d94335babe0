using System.Text.Encodings.Web;
using System.Text.Json;

namespace WasmActors.Host.Http;

/// <summary>The API's JSON for answers: nothing is escaped that need not be, since they are never part of a page.</summary>
internal static class AnswerJson
{
    /// <summary>What writes them.</summary>
    public static ApiJson Models { get; } = new(new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
