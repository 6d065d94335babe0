using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WasmActors.Actors.Functions;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Calls;

namespace WasmActors.Host.Http.Calls;

/// <summary>Calls of deployed functions.</summary>
internal sealed class CallEndpoints(FunctionHost functions)
{
    private const int ShownOutput = 64 << 10;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) s_json;

    /// <summary>Calls a stateless function.</summary>
    public Task CallAsync(HttpContext context) => CallAsync(context, CallPath.Of(context, keyed: false));

    /// <summary>Calls a keyed function.</summary>
    public Task CallKeyedAsync(HttpContext context) => CallAsync(context, CallPath.Of(context, keyed: true));

    private async Task CallAsync(HttpContext context, CallPath path)
    {
        var function = functions.Get(path.Function, path.Key);
        var version = functions.Catalogue.Find(path.Function)?.ActiveVersion;
        var request = version?.Spec.Convention switch
        {
            null => throw new WasmError(FunctionErrorCode.NotFound, $"No function '{path.Function}' is deployed."),
            CallingConvention.Core => await NumbersAsync(context, path, version.Spec).ConfigureAwait(false),
            CallingConvention.Bytes => FunctionRequest.Bytes(path.Export, await BodyAsync(context, version.Spec).ConfigureAwait(false)),
            _ => await ProgramAsync(context, path, version.Spec).ConfigureAwait(false),
        };
        if (CallHeaders.IdempotencyKeyOf(context.Request) is { } name)
        {
            request = request with { IdempotencyKey = name };
        }

        var options = new CallOptions(CallHeaders.TimeoutOf(context.Request), context.RequestAborted);
        var reply = await function.SendAsync(request, options).ConfigureAwait(false);
        CallHeaders.Write(context.Response, reply);
        await (request.Convention switch
        {
            CallingConvention.Core => WriteResultsAsync(context, reply),
            CallingConvention.Bytes => WriteBytesAsync(context, reply.Bytes),
            _ => WriteProgramAsync(context, reply.Program!),
        }).ConfigureAwait(false);
    }

    private async ValueTask<FunctionRequest> NumbersAsync(HttpContext context, CallPath path, FunctionSpec spec)
    {
        RequestBody.RequireJson(context);
        RequestBody.Limit(context, RequestBody.MostJson);
        byte[] body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        if (!functions.TryGetSignature(path.Function, path.Export, out var type))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            patience.CancelAfter(spec.Limits.Deadline);
            type = await functions.SignatureAsync(path.Function, path.Export, patience.Token).ConfigureAwait(false);
        }

        return FunctionRequest.Numbers(path.Export, JsonArguments.Read(body, type));
    }

    private static ValueTask<byte[]> BodyAsync(HttpContext context, FunctionSpec spec)
    {
        RequestBody.Limit(context, spec.Limits.PayloadBytes);
        return RequestBody.ReadAsync(context);
    }

    private static async ValueTask<FunctionRequest> ProgramAsync(HttpContext context, CallPath path, FunctionSpec spec)
    {
        if (path.Export != "_start")
        {
            throw new WasmError(ErrorCode.ExportNotFound, $"'{path.Function}' is a WASI program: the only export that can be called is _start.");
        }

        var query = context.Request.Query;
        var environment = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string? variable in query["env"])
        {
            int equals = variable!.IndexOf('=', StringComparison.Ordinal);
            environment[equals > 0 ? variable[..equals] : throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, "The query's env is not NAME=VALUE.")] = variable[(equals + 1)..];
        }

        return FunctionRequest.Program(new ProgramInput(await BodyAsync(context, spec).ConfigureAwait(false))
        {
            Arguments = [.. query["arg"].Select(static a => a!)],
            Environment = environment.ToImmutable(),
        });
    }

    private static Task WriteResultsAsync(HttpContext context, FunctionReply reply)
    {
        var (buffer, writer) = s_json;
        if (buffer is null)
        {
            buffer = new ArrayBufferWriter<byte>(256);
            s_json = (buffer, writer = new Utf8JsonWriter(buffer));
        }

        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        JsonResults.Write(writer, reply.Results);
        writer.Flush();

        // Copied before anybody else of this thread can write here.
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        context.Response.BodyWriter.Write(buffer.WrittenSpan);
        return Task.CompletedTask; // the server sends it when the request is done
    }

    private static async Task WriteBytesAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static Task WriteProgramAsync(HttpContext context, ProgramOutput output) => output.Status == 0
        ? WriteBytesAsync(context, output.Stdout)
        : Problems.WriteAsync(context, Problems.Make(StatusCodes.Status422UnprocessableEntity, ApiErrorCode.ExitStatus, $"The program ended with the exit status {output.Status}.") with
        {
            ExitStatus = output.Status,
            MayHaveRun = true,
            Stdout = Shown(output.Stdout),
            Stderr = Shown(output.Stderr),
        });

    private static string Shown(ReadOnlyMemory<byte> output) =>
        Encoding.UTF8.GetString(output.Span[..Math.Min(output.Length, ShownOutput)]);
}
