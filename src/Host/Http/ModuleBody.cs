using Microsoft.AspNetCore.Http;

namespace WasmActors.Host.Http;

/// <summary>A module as a request's body.</summary>
internal static class ModuleBody
{
    /// <summary>Media type of the binary form.</summary>
    public const string Binary = "application/wasm";

    /// <summary>Media type that the text format may have.</summary>
    public const string Text = "text/plain";

    /// <summary>Whether the body says to be a module, binary or text.</summary>
    public static bool IsModule(HttpRequest request) =>
        request.ContentType is { } type && (RequestBody.Is(type, Binary) || RequestBody.Is(type, Text));

    /// <summary>Reads it. Which of the two it is, its first bytes tell.</summary>
    /// <exception cref="ApiException"><c>http.unsupported_media_type</c></exception>
    public static ValueTask<byte[]> ReadAsync(HttpContext context) => IsModule(context.Request) || context.Request.ContentType is null or "application/octet-stream"
        ? RequestBody.ReadAsync(context)
        : throw new ApiException(StatusCodes.Status415UnsupportedMediaType, ApiErrorCode.UnsupportedMediaType, $"The body's Content-Type is none of a module: {Binary}, or {Text} for the text format, was expected.");
}
