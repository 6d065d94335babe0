using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http;

/// <summary>What a request says of its body, and how large it may be.</summary>
internal static class RequestBody
{
    /// <summary>Takes no more bytes than these, where the server or the API key would take more: a larger body is <c>http.body_too_large</c>.</summary>
    public static void Limit(HttpContext context, long most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature && (feature.MaxRequestBodySize ?? long.MaxValue) > most)
        {
            feature.MaxRequestBodySize = most;
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
}
