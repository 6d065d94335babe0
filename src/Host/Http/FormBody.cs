using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Http;

/// <summary>Reads <c>multipart/form-data</c> (RFC 7578) out of a body that was read already. The parts are not copied.</summary>
internal static class FormBody
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "multipart/form-data";

    private const int MaxParts = 8;
    private const int MaxHeaderBytes = 4096;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private static ReadOnlySpan<byte> HeadersEnd => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Dashes => "--"u8;

    /// <summary>The boundary between the parts that a Content-Type names; null if it is of another media type.</summary>
    /// <exception cref="ApiException"><c>http.bad_request</c>: it names none, or one that is not allowed.</exception>
    public static string? BoundaryOf(string? contentType)
    {
        if (contentType is null || !RequestBody.Is(contentType, MediaType))
        {
            return null;
        }

        string boundary = MediaTypeHeaderValue.TryParse(contentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString() : "";
        return boundary.Length is >= 1 and <= 70 && Ascii.IsValid(boundary) ? boundary : throw Malformed("its Content-Type has no boundary of 1 to 70 ASCII characters");
    }

    /// <summary>The names of the parts with their contents, in order.</summary>
    /// <exception cref="ApiException"><c>http.bad_request</c></exception>
    public static IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> Read(ReadOnlyMemory<byte> body, string boundary)
    {
        byte[] delimiter = Encoding.ASCII.GetBytes($"\r\n--{boundary}");
        var parts = new List<(string, ReadOnlyMemory<byte>)>();
        var rest = body;
        if (!rest.Span.StartsWith(delimiter.AsSpan(LineEnd.Length)))
        {
            throw Malformed("it does not begin with its boundary");
        }

        rest = rest[(delimiter.Length - LineEnd.Length)..];
        while (!rest.Span.StartsWith(Dashes))
        {
            int start = rest.Span.IndexOf(HeadersEnd);
            if (!rest.Span.StartsWith(LineEnd) || start < 0 || start > MaxHeaderBytes)
            {
                throw Malformed("a part has no headers, or more than 4 KiB of them");
            }

            var content = rest[(start + HeadersEnd.Length)..];
            int length = content.Span.IndexOf(delimiter);
            if (length < 0 || parts.Count == MaxParts)
            {
                throw Malformed($"a part has no end, or there are more than {MaxParts}");
            }

            parts.Add((NameOf(Encoding.UTF8.GetString(rest.Span[..start])), content[..length]));
            rest = content[(length + delimiter.Length)..];
        }

        return parts;
    }

    /// <summary>The error of a form that cannot be read.</summary>
    public static ApiException Malformed(string problem) =>
        new(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, $"The form cannot be read: {problem}.");

    private static string NameOf(string headers)
    {
        foreach (string line in headers.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase)
                && ContentDispositionHeaderValue.TryParse(line["Content-Disposition:".Length..].Trim(), out var disposition)
                && HeaderUtilities.RemoveQuotes(disposition.Name) is { Length: > 0 } name)
            {
                return name.ToString();
            }
        }

        throw Malformed("a part has no name (Content-Disposition: form-data; name=\"module\")");
    }
}
