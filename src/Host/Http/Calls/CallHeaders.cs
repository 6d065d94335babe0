using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using WasmActors.Functions.Api;
using WasmActors.Host.Contracts;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http.Calls;

/// <summary>What a call's headers say, and what its answer's headers tell.</summary>
internal static class CallHeaders
{
    /// <summary>Longest time for the call.</summary>
    public const string Timeout = "Call-Timeout";

    /// <summary>Names a keyed call, so that it does not run twice.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>The version that answered.</summary>
    public const string Version = "Wasm-Function-Version";

    /// <summary>Present where the answer is that of an earlier call.</summary>
    public const string Replayed = "Idempotency-Replayed";

    private const string ServerTiming = "Server-Timing";

    /// <summary>The time that the caller gives, or null.</summary>
    /// <exception cref="ApiException"><c>http.bad_request</c></exception>
    public static TimeSpan? TimeoutOf(HttpRequest request)
    {
        if (Single(request, Timeout) is not { } text)
        {
            return null;
        }

        return DurationText.TryParse(text, out var time, out string? problem)
            ? time
            : throw Bad(Timeout, GuestText.Clean(problem, GuestText.NameLimit));
    }

    /// <summary>The call's name, or null. Its form is checked by the library.</summary>
    /// <exception cref="ApiException"><c>http.bad_request</c></exception>
    public static string? IdempotencyKeyOf(HttpRequest request) => Single(request, IdempotencyKey);

    /// <summary>Tells version and times.</summary>
    public static void Write(HttpResponse response, FunctionReply reply)
    {
        var headers = response.Headers;
        headers[Version] = reply.Version.ToString(CultureInfo.InvariantCulture);
        headers[ServerTiming] = TimingOf(reply.Timing);
        if (reply.Replayed)
        {
            headers[Replayed] = "true";
        }
    }

    // Whole microseconds are cheaper to write than fractions of any length.
    private static string TimingOf(CallTiming timing)
    {
        Span<char> text = stackalloc char[128];
        int length = 0;
        Add("queue;dur=", timing.Queue, text, ref length);
        Add(", start;dur=", timing.Start, text, ref length);
        Add(", run;dur=", timing.Run, text, ref length);
        return new string(text[..length]);

        static void Add(ReadOnlySpan<char> name, TimeSpan time, Span<char> text, ref int length)
        {
            name.CopyTo(text[length..]);
            length += name.Length;
            var (milliseconds, microseconds) = Math.DivRem(Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond), 1000);
            milliseconds.TryFormat(text[length..], out int written, default, CultureInfo.InvariantCulture);
            length += written;
            text[length++] = '.';
            text[length++] = (char)('0' + (microseconds / 100));
            text[length++] = (char)('0' + (microseconds / 10 % 10));
            text[length++] = (char)('0' + (microseconds % 10));
        }
    }

    private static string? Single(HttpRequest request, string name) =>
        !request.Headers.TryGetValue(name, out StringValues values) ? null
        : values.Count == 1 ? values[0]
        : throw Bad(name, "it is there more than once");

    private static ApiException Bad(string header, string problem) =>
        new(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, $"The header {header} cannot be used: {problem}.");
}
