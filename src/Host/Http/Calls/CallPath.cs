using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http.Calls;

/// <summary>
/// What a call's path names. Read from the request's target as it was sent: the server's own decoding leaves <c>%2F</c> as it is, so that
/// a key with a slash could not be told from one with these three characters.
/// </summary>
/// <param name="Function">The function's name.</param>
/// <param name="Key">The key, or null where the path has none.</param>
/// <param name="Export">The export's name.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallPath(string Function, string? Key, string Export)
{
    private const int FunctionAt = 2; // v1/functions/{name}/…
    private const int KeyAt = 4;
    private const int MostBytes = 1024;

    /// <summary>Reads the path of a request that was routed to a call.</summary>
    /// <exception cref="ApiException"><c>http.bad_request</c>: it has other segments than the route, or is no percent-encoded UTF-8.</exception>
    public static CallPath Of(HttpContext context, bool keyed)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        int query = target.IndexOf('?');
        target = query < 0 ? target : target[..query];
        if (!target.StartsWith('/'))
        {
            // Absolute form, as proxies get it.
            int authority = target.IndexOf("://", StringComparison.Ordinal);
            int path = authority < 0 ? -1 : target[(authority + 3)..].IndexOf('/');
            target = path < 0 ? default : target[(authority + 3 + path)..];
        }

        Span<Range> segments = stackalloc Range[9];
        int expected = keyed ? 7 : 5;
        target = target.IsEmpty ? target : target[1..];
        if (target.Split(segments, '/') != expected)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, "The path is not /v1/functions/{name}/calls/{export} or /v1/functions/{name}/keys/{key}/calls/{export}: encode a slash within a key as %2F.");
        }

        return new CallPath(
            Decode(target[segments[FunctionAt]]),
            keyed ? Decode(target[segments[KeyAt]]) : null,
            Decode(target[segments[expected - 1]]));
    }

    private static string Decode(ReadOnlySpan<char> segment)
    {
        if (!segment.Contains('%') && Ascii.IsValid(segment))
        {
            return segment.ToString();
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(MostBytes);
        try
        {
            int length = 0;
            for (int i = 0; i < segment.Length; i++)
            {
                if (length == MostBytes)
                {
                    throw Bad($"has a part of more than {MostBytes} bytes");
                }

                if (segment[i] == '%')
                {
                    if (i + 2 >= segment.Length || Convert.FromHexString(segment.Slice(i + 1, 2), bytes.AsSpan(length), out _, out _) != OperationStatus.Done)
                    {
                        throw Bad("has a % without two hexadecimal digits behind it");
                    }

                    i += 2;
                }
                else if (segment[i] < 0x80)
                {
                    bytes[length] = (byte)segment[i];
                }
                else
                {
                    throw Bad("has a character that is not encoded");
                }

                length++;
            }

            return Utf8.IsValid(bytes.AsSpan(0, length)) ? Encoding.UTF8.GetString(bytes, 0, length) : throw Bad("is not UTF-8 where it is decoded");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static ApiException Bad(string problem) =>
        new(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, $"The path {problem}: percent-encoded UTF-8 was expected.");
}
