using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace WasmActors.Host.Http;

/// <summary>Reads bodies of requests. Their size is bounded by the server, see <see cref="Limit"/>.</summary>
internal static class RequestBody
{
    /// <summary>Most bytes of a body that is JSON.</summary>
    public const long MostJson = 1 << 20;

    /// <summary>Takes no more bytes than these, where the server or the API key would take more: a larger body is <c>http.body_too_large</c>.</summary>
    public static void Limit(HttpContext context, long most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature && (feature.MaxRequestBodySize ?? long.MaxValue) > most)
        {
            feature.MaxRequestBodySize = most;
        }
    }

    /// <summary>The whole body.</summary>
    public static async ValueTask<byte[]> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength == 0)
        {
            return [];
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (read.IsCompleted)
            {
                byte[] body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>A body of JSON; the default where it is empty and may be.</summary>
    /// <exception cref="ApiException"><c>http.unsupported_media_type</c>, <c>http.bad_json</c></exception>
    public static async ValueTask<T> JsonAsync<T>(HttpContext context, JsonTypeInfo<T> type, T? whenEmpty = null)
        where T : class
    {
        RequireJson(context);
        Limit(context, MostJson);
        byte[] body = await ReadAsync(context).ConfigureAwait(false);
        if (body.Length == 0 && whenEmpty is not null)
        {
            return whenEmpty;
        }

        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw Bad("null is no answer here; an object was expected");
        }
        catch (JsonException invalid)
        {
            throw Bad(invalid.InnerException is JsonException syntax ? syntax.Message : $"{invalid.Path} in line {invalid.LineNumber + 1} is not expected there, is there twice, or has a value of another kind");
        }
        catch (InvalidOperationException)
        {
            throw Bad("a string in it is no Unicode text");
        }
    }

    /// <summary>Refuses a body that says to be something else than JSON.</summary>
    /// <exception cref="ApiException"><c>http.unsupported_media_type</c></exception>
    public static void RequireJson(HttpContext context)
    {
        // curl -d says that its data is a form.
        if (context.Request.ContentType is { } type && !Is(type, "application/json") && !Is(type, "application/x-www-form-urlencoded"))
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, ApiErrorCode.UnsupportedMediaType, "The body has another Content-Type than application/json.");
        }
    }

    /// <summary>Whether a Content-Type is of this media type, whatever its parameters.</summary>
    public static bool Is(string contentType, string mediaType)
    {
        var type = contentType.AsSpan();
        int end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim().Equals(mediaType, StringComparison.OrdinalIgnoreCase);
    }

    private static ApiException Bad(string problem) =>
        new(StatusCodes.Status400BadRequest, ApiErrorCode.BadJson, $"The body is not the JSON that was expected: {problem}.");
}
