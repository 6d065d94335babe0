using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Contracts;
using WasmActors.Host.Triggers;

namespace WasmActors.Host.Http.Calls.Shapes;

/// <summary>Numbers and vectors as JSON, by the signature of the export.</summary>
internal sealed class NumbersShape(FunctionHost functions) : HttpShape
{
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) s_json;

    private readonly NumbersInput _input = new(functions);

    internal override void CheckHead(HttpContext context) => RequestBody.RequireJson(context);

    internal override long MostBytes(FunctionSpec spec) => BodyReader.MostJson;

    internal override ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadAsync(
        HttpContext context,
        CallPath path,
        FunctionSpec spec,
        byte[] body,
        TimeSpan? within) =>
        _input.ReadAsync(path.Function, path.Export, spec, body, within, context.RequestAborted);

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
}
