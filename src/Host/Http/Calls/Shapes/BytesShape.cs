using Microsoft.AspNetCore.Http;
using WasmActors.Functions.Api;
using WasmActors.Host.Http.Answers;

namespace WasmActors.Host.Http.Calls.Shapes;

/// <summary>Bytes as they are.</summary>
internal sealed class BytesShape(BodyReader bodies) : HttpShape
{
    internal override void CheckHead(HttpContext context) => AnswerBytes.RequireRoom(bodies.Budget);

    internal override long MostBytes(FunctionSpec spec) => spec.Limits.PayloadBytes;

    internal override ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadAsync(HttpContext context, CallPath path, FunctionSpec spec, byte[] body, TimeSpan? within) =>
        ValueTask.FromResult((FunctionRequest.Bytes(path.Export, body), within));

    internal override Task WriteAsync(HttpContext context, FunctionReply reply) => WriteAsync(context, reply.Bytes);

    /// <summary>Writes bytes as the response.</summary>
    internal static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = "application/octet-stream";
        return AnswerBytes.WriteAsync(context, bytes, hasRun: true);
    }
}
