using System.Text.Json;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli.Client;

/// <summary>Makes failures of answers that are none of success.</summary>
internal static class ProblemReader
{
    private const int MaxFrames = 64;

    /// <summary>The failure that an answer tells, or that it is no answer of a WasmActors server.</summary>
    public static ServerFailure Read(string request, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        int status = (int)response.StatusCode;
        var problem = response.Content.Headers.ContentType?.MediaType is "application/problem+json" ? Parse(body) : null;
        if (problem?.Code is not { Length: > 0 } code)
        {
            return new ServerFailure(ServerErrorCode.BadAnswer, $"{request} was answered with status {status} and without a reason as a WasmActors server gives it.") { Status = status };
        }

        return new ServerFailure(GuestText.Clean(code, GuestText.NameLimit), problem.MayHaveRun == true && !IsOfGuest(code) ? $"{problem.Detail} The call may have run." : problem.Detail)
        {
            Status = status,
            Frames = [.. (problem.Frames ?? []).Take(MaxFrames).Select(FrameOf)],
            Stderr = problem.Stderr,
            RetryAfter = response.Headers.RetryAfter?.Delta,
            Exit = code == ApiErrorCode.ExitStatus && problem.ExitStatus is { } exit ? new ProgramExit(exit, problem.Stdout ?? "", problem.Stderr ?? "") : null,
        };
    }

    private static Problem? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return UntrustedJson.Read(body, ClientJson.Default.Problem);
        }
        catch (JsonException)
        {
            return null; // Told as an answer of somebody else.
        }
    }

    // That it ran is clear from the code.
    private static bool IsOfGuest(string code) => code.StartsWith("trap.", StringComparison.Ordinal) || code == ApiErrorCode.ExitStatus;

    private static string FrameOf(ProblemFrame frame) =>
        new TrapFrame(frame.Index, frame.Function, frame.Module, frame.Offset, frame.ModuleOffset) { File = frame.File, Line = frame.Line }.ToString();
}
