using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Http.Requests;

namespace WasmActors.Host.Http.Answers;

/// <summary>Answers with a part of a list, and the cursor of the next one. A part ends early when it has 1 MiB: items may be large.</summary>
internal static class PageAnswer
{
    private const int MostBytes = 1 << 20;

    /// <summary>Writes <c>{"member":[…],"next":"…"}</c>; without <c>next</c> when nothing is left.</summary>
    /// <param name="context">The request, whose query says which part.</param>
    /// <param name="member">Name of the list.</param>
    /// <param name="sorted">The whole list, sorted ordinally by its keys.</param>
    /// <param name="keyOf">An item's key, unique.</param>
    /// <param name="modelOf">An item as it is answered.</param>
    /// <param name="type">How that is written.</param>
    public static async Task WriteAsync<T, TModel>(HttpContext context, string member, IReadOnlyList<T> sorted, Func<T, string> keyOf, Func<T, TModel> modelOf, JsonTypeInfo<TModel> type)
    {
        var page = PageRequest.Of(context.Request);
        int at = page.StartIn(sorted, keyOf);
        int end = Math.Min(sorted.Count, at + page.Limit);
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = type.Options.Encoder });
        writer.WriteStartObject();
        writer.WriteStartArray(member);
        for (; at < end && writer.BytesCommitted + writer.BytesPending < MostBytes; at++)
        {
            JsonSerializer.Serialize(writer, modelOf(sorted[at]), type);
        }

        writer.WriteEndArray();
        if (at < sorted.Count && at > 0)
        {
            writer.WriteString("next"u8, PageRequest.CursorAfter(keyOf(sorted[at - 1])));
        }

        writer.WriteEndObject();
        writer.Flush();
        context.Response.ContentType = "application/json";
        await AnswerBytes.WriteAsync(context, buffer.WrittenMemory).ConfigureAwait(false);
    }
}
