using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http.Answers;
using WasmActors.Host.Http.Requests;

namespace WasmActors.Host.Http;

/// <summary>
/// Reads bodies of requests: each no larger than the host, the API key and what it is for allow, before it is read; and all that are in use
/// together, with those of answers, no larger than the <paramref name="budget"/>. Bytes count when they have come, not when they are announced.
/// </summary>
/// <param name="budget">What all bodies in use may take.</param>
internal sealed class BodyReader(ByteBudget budget)
{
    /// <summary>Most bytes of a body that is JSON.</summary>
    public const long MostJson = 1 << 20;

    /// <summary>What bodies and answers may take together.</summary>
    public ByteBudget Budget => budget;

    /// <summary>The whole body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="most">Most bytes that it may have; it may be limited to fewer already.</param>
    /// <exception cref="BadHttpRequestException">It is larger (413), or comes too slowly (408).</exception>
    /// <exception cref="ApiException"><c>http.busy</c>, <c>http.unsupported_encoding</c>, <c>http.bad_request</c>: its chunks are malformed.</exception>
    public async ValueTask<BodyBytes> ReadAsync(HttpContext context, long most)
    {
        RequestBody.Limit(context, most);
        if (context.Request.ContentLength == 0)
        {
            return new BodyBytes([], this);
        }

        RequestForm.CheckEncoding(context);
        var reader = context.Request.BodyReader;
        long taken = 0;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
                if (!budget.TryTake(read.Buffer.Length - taken))
                {
                    reader.AdvanceTo(read.Buffer.End);
                    throw AnswerBytes.Busy(budget, hasRun: false);
                }

                taken = read.Buffer.Length;
                if (read.IsCompleted)
                {
                    byte[] body = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return new BodyBytes(body, this);
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (IOException malformed) when (malformed is not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            Release(taken);
            throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, $"The body is malformed: {malformed.Message}");
        }
        catch (Exception)
        {
            Release(taken);
            throw;
        }
    }

    /// <summary>A body of JSON; the default where it is empty and may be.</summary>
    /// <exception cref="ApiException"><c>http.unsupported_media_type</c>, <c>http.bad_json</c>, and as <see cref="ReadAsync"/>.</exception>
    public async ValueTask<T> JsonAsync<T>(HttpContext context, JsonTypeInfo<T> type, T? whenEmpty = null)
        where T : class
    {
        RequestBody.RequireJson(context);
        using var body = await ReadAsync(context, MostJson).ConfigureAwait(false);
        if (body.Bytes.Length == 0 && whenEmpty is not null)
        {
            return whenEmpty;
        }

        try
        {
            return JsonSerializer.Deserialize(body.Bytes, type) ?? throw Bad("null is no answer here; an object was expected");
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

    /// <summary>Gives a share back.</summary>
    public void Release(long bytes) => budget.Release(bytes);

    private static ApiException Bad(string problem) =>
        new(StatusCodes.Status400BadRequest, ApiErrorCode.BadJson, $"The body is not the JSON that was expected: {problem}.");
}
