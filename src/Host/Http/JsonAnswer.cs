using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Http.Answers;

namespace WasmActors.Host.Http;

/// <summary>Answers with JSON.</summary>
internal static class JsonAnswer
{
    /// <summary>Writes it as the whole body.</summary>
    public static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return AnswerBytes.WriteAsync(context, body);
    }
}
