using Microsoft.AspNetCore.Http;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Host.Http;

/// <summary>A module as a request's body.</summary>
internal static class ModuleBody
{
    /// <summary>Media type of the binary form.</summary>
    public const string Binary = "application/wasm";

    /// <summary>Media type that the text format may have.</summary>
    public const string Text = "text/plain";

    // Reading the text format takes up to a hundred times its length, in this process.
    private const int MostText = 1 << 20;

    /// <summary>Whether the body says to be a module, binary or text.</summary>
    public static bool IsModule(HttpRequest request) =>
        request.ContentType is { } type && (RequestBody.Is(type, Binary) || RequestBody.Is(type, Text));

    /// <summary>Reads it. Which of the two it is, its first bytes tell.</summary>
    /// <exception cref="ApiException"><c>http.unsupported_media_type</c>, and as <see cref="BodyReader.ReadAsync"/>.</exception>
    /// <exception cref="WasmError"><c>module.too_large</c></exception>
    public static async ValueTask<BodyBytes> ReadAsync(HttpContext context, BodyReader bodies)
    {
        string? type = context.Request.ContentType;
        if (type is not null && !IsModule(context.Request) && !RequestBody.Is(type, "application/octet-stream"))
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, ApiErrorCode.UnsupportedMediaType, $"The body's Content-Type is none of a module: {Binary}, or {Text} for the text format, was expected.");
        }

        var body = await bodies.ReadAsync(context, type is not null && RequestBody.Is(type, Text) ? MostText : long.MaxValue).ConfigureAwait(false);
        try
        {
            CheckText(body.Bytes);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Rejects a module in the text format that is too long to be read.</summary>
    /// <exception cref="WasmError"><c>module.too_large</c></exception>
    public static void CheckText(ReadOnlySpan<byte> module)
    {
        if (module.Length > MostText && !ModuleText.IsBinary(module))
        {
            throw new WasmError(ErrorCode.ModuleTooLarge, $"The module is no binary, and longer than the {MostText} bytes that are allowed in the text format: send its binary form.");
        }
    }
}
