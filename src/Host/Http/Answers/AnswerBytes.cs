using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace WasmActors.Host.Http.Answers;

/// <summary>
/// Writes the body of an answer. A large one counts against the node's <see cref="ByteBudget"/> until its client has read it, and goes out in parts,
/// so that the server never holds a second copy of it.
/// </summary>
internal static class AnswerBytes
{
    /// <summary>Bytes that are handed to the server at a time. A client has <c>Http:SlowClient</c> for each part.</summary>
    public const int Part = 32 << 10;

    /// <summary>Longest body that is not counted: the server's buffer of each connection has room for it.</summary>
    public const int Small = 16 << 10;

    /// <summary>Writes the whole body and sets its length. Status and headers are set before.</summary>
    /// <param name="context">The request.</param>
    /// <param name="body">The body.</param>
    /// <param name="hasRun">Whether what was asked for has been done: what the failure says of it.</param>
    /// <exception cref="ApiException"><c>http.busy</c>: nothing was written.</exception>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, bool hasRun = false)
    {
        if (body.Length > Small)
        {
            return WriteLargeAsync(context, body, hasRun);
        }

        context.Response.ContentLength = body.Length;
        context.Response.BodyWriter.Write(body.Span);
        return Task.CompletedTask; // the server sends it when the request is done
    }

    /// <summary>Throws if there is hardly any room for another answer.</summary>
    /// <exception cref="ApiException"><c>http.busy</c></exception>
    public static void RequireRoom(ByteBudget budget)
    {
        if (budget.IsNearlyFull)
        {
            throw Busy(budget, hasRun: false);
        }
    }

    /// <summary>The failure of a request for whose body or answer there is no room.</summary>
    public static ApiException Busy(ByteBudget budget, bool hasRun) => new(
        StatusCodes.Status503ServiceUnavailable,
        ApiErrorCode.Busy,
        $"The bodies of requests and answers hold as many bytes as the node allows, {budget.Most} (WasmActors:Http:MaxTotalBodyBytes): {(hasRun ? "the call has run, and its output was dropped" : "nothing was done")}. Try again later.")
    {
        MayHaveRun = hasRun,
    };

    private static async Task WriteLargeAsync(HttpContext context, ReadOnlyMemory<byte> body, bool hasRun)
    {
        var budget = context.RequestServices.GetRequiredService<ByteBudget>();
        if (!budget.TryTake(body.Length))
        {
            throw Busy(budget, hasRun);
        }

        try
        {
            context.Response.ContentLength = body.Length;
            for (int at = 0; at < body.Length; at += Part)
            {
                await context.Response.Body.WriteAsync(body.Slice(at, Math.Min(Part, body.Length - at)), context.RequestAborted).ConfigureAwait(false);
            }
        }
        finally
        {
            budget.Release(body.Length);
        }
    }
}
