using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using WasmActors.Functions.Api;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http.Answers;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http.Calls.Shapes;

/// <summary>A WASI program: the body is its standard input, <c>arg</c> and <c>env</c> of the query are its arguments and variables.</summary>
internal sealed class ProgramShape(BodyReader bodies) : HttpShape
{
    private const int ShownOutput = 64 << 10;

    internal override void CheckHead(HttpContext context) => AnswerBytes.RequireRoom(bodies.Budget);

    internal override long MostBytes(FunctionSpec spec) => spec.Limits.PayloadBytes;

    internal override ValueTask<(FunctionRequest Request, TimeSpan? Within)> ReadAsync(HttpContext context, CallPath path, FunctionSpec spec, byte[] body, TimeSpan? within) =>
        ValueTask.FromResult((Program(context.Request.Query, path, body), within));

    internal override Task WriteAsync(HttpContext context, FunctionReply reply) => reply.Program is { Status: 0 } output
        ? BytesShape.WriteAsync(context, output.Stdout)
        : WriteFailedAsync(context, reply.Program!);

    private static Task WriteFailedAsync(HttpContext context, ProgramOutput output) =>
        Problems.WriteAsync(context, Problems.Make(StatusCodes.Status422UnprocessableEntity, ApiErrorCode.ExitStatus, $"The program ended with the exit status {output.Status}.") with
        {
            ExitStatus = output.Status,
            MayHaveRun = true,
            Stdout = Shown(output.Stdout),
            Stderr = Shown(output.Stderr),
        });

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

    private static string Shown(ReadOnlyMemory<byte> output) =>
        Encoding.UTF8.GetString(output.Span[..Math.Min(output.Length, ShownOutput)]);
}
