using Microsoft.AspNetCore.Http;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Registry;
using WasmActors.Host.Http.Calls.Shapes;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http.Calls;

/// <summary>Calls of deployed functions.</summary>
internal sealed class CallEndpoints(FunctionHost functions, BodyReader bodies)
{
    private readonly NumbersShape _numbers = new(functions);
    private readonly BytesShape _bytes = new(bodies);
    private readonly ProgramShape _program = new(bodies);

    /// <summary>Calls a stateless function.</summary>
    public Task CallAsync(HttpContext context) => CallAsync(context, CallPath.Of(context, keyed: false));

    /// <summary>Calls a keyed function.</summary>
    public Task CallKeyedAsync(HttpContext context) => CallAsync(context, CallPath.Of(context, keyed: true));

    private async Task CallAsync(HttpContext context, CallPath path)
    {
        var function = functions.Get(path.Function, path.Key);
        var entry = functions.Catalogue.Get(path.Function);
        var within = CallHeaders.TimeoutOf(context.Request);
        var shape = ShapeOf(entry);
        shape.CheckHead(context);
        var body = await bodies.ReadAsync(context, shape.MostBytes(entry.ActiveVersion!.Spec)).ConfigureAwait(false);
        FunctionReply reply;
        try
        {
            (reply, shape) = await SendAsync(context, path, function, entry, shape, body.Bytes, within).ConfigureAwait(false);
        }
        finally
        {
            body.Dispose(); // its room is the answer's now
        }

        CallHeaders.Write(context.Response, reply);
        await shape.WriteAsync(context, reply).ConfigureAwait(false);
    }

    // A deployment may fall in between: a call that the new version rejects for its shape has not run, and is read again as the new version has it.
    private async ValueTask<(FunctionReply Reply, HttpShape Shape)> SendAsync(HttpContext context, CallPath path, FunctionRef function, FunctionEntry entry, HttpShape shape, byte[] body, TimeSpan? within)
    {
        while (true)
        {
            var (request, left) = await shape.ReadAsync(context, path, entry.ActiveVersion!.Spec, body, within).ConfigureAwait(false);
            if (CallHeaders.IdempotencyKeyOf(context.Request) is { } name)
            {
                request = request with { IdempotencyKey = name };
            }

            try
            {
                return (await function.SendAsync(request, new CallOptions(left, context.RequestAborted) { OnThisThread = true }).ConfigureAwait(false), shape);
            }
            catch (WasmError rejected) when (rejected.Code == FunctionErrorCode.WrongConvention)
            {
                var now = functions.Catalogue.Get(path.Function);
                if (now.Active == entry.Active)
                {
                    throw;
                }

                entry = now;
                within = left;
                shape = ShapeOf(entry);
                shape.CheckHead(context);
            }
        }
    }

    private HttpShape ShapeOf(FunctionEntry entry) => CallingConventions.ShapeOf(entry.ActiveVersion!.Spec.Convention) switch
    {
        CallShape.Numbers => _numbers,
        CallShape.Bytes => _bytes,
        _ => _program,
    };
}
