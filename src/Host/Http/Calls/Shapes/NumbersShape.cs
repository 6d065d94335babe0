using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Http.Calls.Shapes;

/// <summary>Numbers and vectors as JSON, by the signature of the export.</summary>
internal sealed class NumbersShape(FunctionHost functions) : HttpShape
{
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) s_json;

    internal override void CheckHead(HttpContext context) => RequestBody.RequireJson(context);

    internal override long MostBytes(FunctionSpec spec) => BodyReader.MostJson;

    internal override ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadAsync(HttpContext context, CallPath path, FunctionSpec spec, byte[] body, TimeSpan? within) =>
        functions.TryGetSignature(path.Function, path.Export, out var type)
            ? ValueTask.FromResult((Request(path, body, type), within))
            : ReadSlowlyAsync(context, path, spec, body, within);

    internal override Task WriteAsync(HttpContext context, FunctionReply reply)
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

    private static FunctionRequest Request(CallPath path, byte[] body, FuncType type) => FunctionRequest.Numbers(path.Export, JsonArguments.Read(body, type));

    private async ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadSlowlyAsync(HttpContext context, CallPath path, FunctionSpec spec, byte[] body, TimeSpan? within)
    {
        var time = within ?? spec.Limits.Deadline;
        long since = TimeProvider.System.GetTimestamp();
        var type = await TypeAsync(context, path, time).ConfigureAwait(false);
        var left = time - TimeProvider.System.GetElapsedTime(since);
        return (Request(path, body, type), left > TimeSpan.Zero ? left : TimeSpan.Zero);
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
}
