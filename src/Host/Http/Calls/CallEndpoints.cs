using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Http.Answers;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Http.Calls;

/// <summary>Calls of deployed functions.</summary>
internal sealed class CallEndpoints(FunctionHost functions, BodyReader bodies)
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
        var spec = functions.Catalogue.Get(path.Function).ActiveVersion!.Spec;
        var within = CallHeaders.TimeoutOf(context.Request);
        var body = await BodyAsync(context, spec).ConfigureAwait(false);
        FunctionReply reply;
        try
        {
            FuncType? type = null;
            if (spec.Convention == CallingConvention.Core && !functions.TryGetSignature(path.Function, path.Export, out type))
            {
                var time = within ?? spec.Limits.Deadline;
                long since = TimeProvider.System.GetTimestamp();
                type = await TypeAsync(context, path, time).ConfigureAwait(false);
                var left = time - TimeProvider.System.GetElapsedTime(since);
                within = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }

            var request = spec.Convention switch
            {
                CallingConvention.Core => FunctionRequest.Numbers(path.Export, JsonArguments.Read(body.Bytes, type!)),
                CallingConvention.Bytes => FunctionRequest.Bytes(path.Export, body.Bytes),
                _ => Program(context.Request.Query, path, body.Bytes),
            };
            if (CallHeaders.IdempotencyKeyOf(context.Request) is { } name)
            {
                request = request with { IdempotencyKey = name };
            }

            reply = await function.SendAsync(request, new CallOptions(within, context.RequestAborted) { OnThisThread = true }).ConfigureAwait(false);
        }
        finally
        {
            body.Dispose(); // its room is the answer's now
        }

        CallHeaders.Write(context.Response, reply);
        await (spec.Convention switch
        {
            CallingConvention.Core => WriteResultsAsync(context, reply),
            CallingConvention.Bytes => WriteBytesAsync(context, reply.Bytes),
            _ => WriteProgramAsync(context, reply.Program!),
        }).ConfigureAwait(false);
    }

    private ValueTask<BodyBytes> BodyAsync(HttpContext context, FunctionSpec spec)
    {
        if (spec.Convention != CallingConvention.Core)
        {
            AnswerBytes.RequireRoom(bodies.Budget);
            return bodies.ReadAsync(context, spec.Limits.PayloadBytes);
        }

        RequestBody.RequireJson(context);
        return bodies.ReadAsync(context, BodyReader.MostJson);
    }

    // The module may have to be fetched and compiled first.
    private async ValueTask<FuncType> TypeAsync(HttpContext context, CallPath path, TimeSpan patience)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        over.CancelAfter(patience);
        try
        {
            return await functions.SignatureAsync(path.Function, path.Export, over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new WasmError(ErrorCode.DeadlineExceeded, "The call's time was over before the module was compiled: it did not run.");
        }
    }

    private static FunctionRequest Program(IQueryCollection query, CallPath path, byte[] input)
    {
        if (path.Export != "_start")
        {
            throw new WasmError(ErrorCode.ExportNotFound, $"'{path.Function}' is a WASI program: the only export that can be called is _start.");
        }

        var environment = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string? variable in query["env"])
        {
            int equals = variable!.IndexOf('=', StringComparison.Ordinal);
            environment[equals > 0 ? variable[..equals] : throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadRequest, "The query's env is not NAME=VALUE.")] = variable[(equals + 1)..];
        }

        return FunctionRequest.Program(new ProgramInput(input)
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

    private static Task WriteBytesAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = "application/octet-stream";
        return AnswerBytes.WriteAsync(context, bytes, hasRun: true);
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
