using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using WasmActors.Functions.Api;
using WasmActors.Host.Contracts;
using WasmActors.Host.Http.Answers;
using WasmActors.Host.Settings;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Http;

/// <summary>Failures as problem details (RFC 9457).</summary>
internal static class Problems
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "application/problem+json";

    private const string TypePrefix = "urn:wasmactors:error:";
    private static readonly TimeSpan s_retryByDefault = TimeSpan.FromSeconds(1);

    /// <summary>Answers a failure, and logs it. If the answer has begun, the connection is ended; if the client has gone, nothing is done.</summary>
    public static Task WriteAsync(HttpContext context, Exception failure)
    {
        if (context.Response.HasStarted)
        {
            if (failure is ApiException || RequestLifetime.CanAnswer(context, out _))
            {
                Log(context, Traced(context, Of(failure, context.Request)), failure);
                context.Abort();
            }

            return Task.CompletedTask;
        }

        if (!RequestLifetime.CanAnswer(context, out bool nodeStops))
        {
            context.Response.StatusCode = FailureStatus.ClientClosedRequest;
            return Task.CompletedTask;
        }

        var problem = Of(failure, context.Request);
        if (nodeStops && problem.Code == ErrorCode.Cancelled)
        {
            problem = problem with { Detail = "The node stops, and the call was not done within its grace time (WasmActors:Functions:Grace): it was cancelled." };
        }

        var after = failure switch { WasmError error => error.RetryAfter, ApiException refused => refused.RetryAfter, _ => null };
        return WriteAsync(context, problem, after, failure);
    }

    /// <summary>Answers a problem, and logs it.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem, TimeSpan? retryAfter = null, Exception? failure = null)
    {
        problem = Traced(context, problem);
        Log(context, problem, failure);
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = MediaType;
        if (problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            int seconds = (int)Math.Ceiling(Math.Clamp((retryAfter ?? s_retryByDefault).TotalSeconds, 1, 3600));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        byte[] body = JsonSerializer.SerializeToUtf8Bytes(problem, AnswerJson.Models.Problem);
        if (body.Length > AnswerBytes.Small && context.RequestServices.GetRequiredService<ByteBudget>().IsNearlyFull)
        {
            // What the guest wrote, and where it was, can be done without.
            body = JsonSerializer.SerializeToUtf8Bytes(problem with { Frames = null, Stdout = null, Stderr = null }, AnswerJson.Models.Problem);
        }

        return AnswerBytes.WriteAsync(context, body, problem.MayHaveRun);
    }

    /// <summary>A problem without a failure of the library behind it.</summary>
    public static Problem Make(int status, string code, string detail) =>
        new(TypePrefix + code, ReasonPhrases.GetReasonPhrase(status), status, GuestText.Clean(detail, GuestText.MessageLimit), code);

    private static Problem Traced(HttpContext context, Problem problem) =>
        problem with { TraceId = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier };

    private static void Log(HttpContext context, Problem problem, Exception? failure) =>
        context.RequestServices.GetRequiredService<FailureLog>().Failed(context, problem, problem.Status == StatusCodes.Status500InternalServerError ? failure : null);

    private static Problem Of(Exception failure, HttpRequest request)
    {
        var problem = failure switch
        {
            WasmException wasm => Of(wasm),
            ApiException refused => Make(refused.Status, refused.Code, refused.Message),
            BadHttpRequestException bad => Make(bad.StatusCode, CodeOf(bad.StatusCode), bad.Message),
            DbException => Make(StatusCodes.Status503ServiceUnavailable, ApiErrorCode.DatabaseUnavailable, "The database does not answer or refuses what is asked of it. The node's log says more."),
            OperationCanceledException => Make(StatusCodes.Status503ServiceUnavailable, ApiErrorCode.GivenUp, "The node gave this up because it stops or took too long. Try again."),
            _ => Make(StatusCodes.Status500InternalServerError, ApiErrorCode.Internal, "The host failed. Its log has the details under this trace id."),
        };
        bool? known = failure is ApiException { MayHaveRun: { } said } ? said : null;
        return problem with { MayHaveRun = known ?? !HttpMethods.IsGet(request.Method) && MayHaveRun(failure, problem.Code, isCall: request.RouteValues.ContainsKey("export")) };
    }

    // Who carried the call out knows it best, where he could tell.
    private static bool MayHaveRun(Exception failure, string code, bool isCall) =>
        isCall && failure is WasmException { Origin: FailureOrigin.Import } ? true
        : isCall && failure is WasmException wasm && CallDetails.Of(wasm) is { } details ? details.MayHaveRun
        : FailureStatus.MayHaveRun(code, isCall);

    private static Problem Of(WasmException failure)
    {
        var frames = failure switch { Trap trap => trap.Frames, WasmError error => error.Frames, _ => [] };
        return Make(FailureStatus.Of(failure), failure.Code, SettingHint.In(failure.Code, failure.Message)) with
        {
            Stderr = failure.Stderr,
            Frames = frames.Count == 0 ? null : [.. frames.Select(static f => new ProblemFrame(f.FuncIndex, f.FuncName, f.ModuleName, f.FuncOffset, f.ModuleOffset, f.File, f.Line))],
        };
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => ApiErrorCode.BodyTooLarge,
        StatusCodes.Status408RequestTimeout => ApiErrorCode.TooSlow,
        _ => ApiErrorCode.BadRequest,
    };
}
