using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WasmActors.Host.Contracts;
using WasmActors.Host.Settings;

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

        // The server's own data rate gives a client credit for what the system's buffers took: minutes for some megabytes.
        var patience = context.RequestServices.GetRequiredService<HttpSettings>().SlowClient;
        using var over = new CancellationTokenSource();
        try
        {
            context.Response.ContentLength = body.Length;
            for (int at = 0; at < body.Length; at += Part)
            {
                context.RequestAborted.ThrowIfCancellationRequested();
                over.CancelAfter(patience);
                await context.Response.Body.WriteAsync(body.Slice(at, Math.Min(Part, body.Length - at)), over.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status408RequestTimeout, ApiErrorCode.TooSlow, $"The client did not read {Part} bytes of its answer within {patience.TotalSeconds} s (WasmActors:Http:SlowClient): its connection was closed.") { MayHaveRun = hasRun };
        }
        finally
        {
            budget.Release(body.Length);
        }
    }
}
