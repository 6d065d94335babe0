using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http.Requests;

/// <summary>Rejects requests that the server accepts, but that two readers may understand in two ways.</summary>
internal static class RequestForm
{
    // The server moves a length here that came beside chunks.
    private const string DroppedLength = "X-Content-Length";

    /// <summary>Checks a request before anything of it is used.</summary>
    /// <exception cref="ApiException"><c>http.bad_request</c></exception>
    public static void Check(HttpRequest request)
    {
        var transfer = request.Headers.TransferEncoding;
        if (transfer.Count > 0)
        {
            if (request.Headers.ContainsKey(DroppedLength))
            {
                throw Bad("The request has both Content-Length and Transfer-Encoding: send one of them.");
            }

            if (transfer.Count > 1 || !"chunked".Equals(transfer[0], StringComparison.OrdinalIgnoreCase))
            {
                throw Bad("The request has another Transfer-Encoding than chunked, which is the only one that is decoded.");
            }
        }

        if (request.QueryString.Value is { Length: > 1 } query)
        {
            CheckQuery(query);
        }
    }

    /// <summary>Checks a body's encoding before it is read.</summary>
    /// <exception cref="ApiException"><c>http.unsupported_encoding</c></exception>
    public static void CheckEncoding(HttpContext context)
    {
        var encoding = context.Request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !(encoding.Count == 1 && "identity".Equals(encoding[0], StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.Headers.AcceptEncoding = "identity";
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, ApiErrorCode.UnsupportedEncoding, "The body has a Content-Encoding, and bodies are not decompressed: send it as it is, without this header.");
        }
    }

    // The server's own decoding leaves what is malformed as it is, or puts replacement characters.
    private static void CheckQuery(string query)
    {
        if (!query.Contains('%') && Ascii.IsValid(query))
        {
            return;
        }

        byte[] bytes = new byte[query.Length];
        int length = 0;
        for (int i = 0; i < query.Length; i++)
        {
            char c = query[i];
            if (c >= 0x80)
            {
                throw Bad("The query has a character that is not encoded: percent-encoded UTF-8 was expected.");
            }

            if (c == '%')
            {
                if (i + 2 >= query.Length || !char.IsAsciiHexDigit(query[i + 1]) || !char.IsAsciiHexDigit(query[i + 2]))
                {
                    throw Bad("The query has a % without two hexadecimal digits behind it: percent-encoded UTF-8 was expected.");
                }

                bytes[length++] = (byte)((HexValue(query[i + 1]) << 4) | HexValue(query[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = (byte)c;
            }
        }

        if (bytes.AsSpan(0, length).Contains((byte)0))
        {
            throw Bad("The query has a zero (%00), which no argument and no variable can hold.");
        }

        if (!Utf8.IsValid(bytes.AsSpan(0, length)))
        {
            throw Bad("The query is not UTF-8 where it is decoded: percent-encoded UTF-8 was expected.");
        }
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static ApiException Bad(string problem) => new(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, problem);
}
