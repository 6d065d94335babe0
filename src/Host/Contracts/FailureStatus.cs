using Microsoft.AspNetCore.Http;
using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Contracts;

/// <summary>The HTTP status of the library's failures, and whether the guest may have run. The one place that decides them.</summary>
internal static class FailureStatus
{
    /// <summary>The client has gone; nobody reads this status but the log.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>The HTTP status of a failure. A code that is about what was asked for, such as <c>export.not_found</c>, says nothing of the
    /// request if an import of the guest failed with it.</summary>
    public static int Of(WasmException failure) => failure.Origin == FailureOrigin.Store || failure.Code is ErrorCode.HostException or ErrorCode.EngineError
        or ErrorCode.ImportDeadlineExceeded or ErrorCode.ImportServerGone or ErrorCode.Busy
            ? Of(failure.Code)
            : StatusCodes.Status422UnprocessableEntity;

    /// <summary>The HTTP status of a failure with this code.</summary>
    public static int Of(string code) => code switch
    {
        FunctionErrorCode.NotFound or FunctionErrorCode.VersionNotFound or FunctionErrorCode.ModuleNotFound or ErrorCode.ExportNotFound => StatusCodes.Status404NotFound,
        FunctionErrorCode.NotGranted => StatusCodes.Status403Forbidden,
        FunctionErrorCode.TooMany or FunctionErrorCode.ChangeNotConfirmed or FunctionErrorCode.ModuleInUse => StatusCodes.Status409Conflict,
        FunctionErrorCode.Conflict => StatusCodes.Status412PreconditionFailed,
        FunctionErrorCode.PayloadTooLarge or ErrorCode.ModuleTooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorCode.BadArguments or ErrorCode.BadSignature or ErrorCode.ExportWrongKind => StatusCodes.Status400BadRequest,
        FunctionErrorCode.BadName or FunctionErrorCode.BadKey or FunctionErrorCode.BadSpec or FunctionErrorCode.BadIdempotencyKey
            or FunctionErrorCode.WrongKind or FunctionErrorCode.WrongConvention => StatusCodes.Status400BadRequest,
        ErrorCode.DeadlineExceeded or FunctionErrorCode.Unanswered or ErrorCode.ImportDeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ when IsUnavailable(code) => StatusCodes.Status503ServiceUnavailable,
        ErrorCode.HostException or ErrorCode.EngineError or ErrorCode.CompilerUnavailable or ErrorCode.CompilerBadAnswer
            or FunctionErrorCode.ModuleCorrupt or ErrorCode.StateCorrupt => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status422UnprocessableEntity, // traps, modules that are not valid, limits and grants that a node cannot give
    };

    /// <summary>Whether a request that failed so may have had an effect. Where it is false, it can be sent again without fear.</summary>
    /// <param name="code">The failure's code, of the library or of the API.</param>
    /// <param name="isCall">Whether it was a call, otherwise a change.</param>
    public static bool MayHaveRun(string code, bool isCall) => code switch
    {
        FunctionErrorCode.BrokenConvention or FunctionErrorCode.Unanswered or ApiErrorCode.GivenUp => true,
        FunctionErrorCode.PayloadTooLarge => true, // of an output
        FunctionErrorCode.CatalogueUnavailable or ApiErrorCode.DatabaseUnavailable => !isCall,
        _ when code.StartsWith("function.", StringComparison.Ordinal) || code.StartsWith("module.", StringComparison.Ordinal)
            || code.StartsWith("export.", StringComparison.Ordinal) || code.StartsWith("link.", StringComparison.Ordinal)
            || code.StartsWith("http.", StringComparison.Ordinal) || code.StartsWith("key.", StringComparison.Ordinal)
            || code.StartsWith("compiler.", StringComparison.Ordinal) => false,
        ErrorCode.BadArguments or ErrorCode.BadSignature or FunctionErrorCode.IdempotencyMismatch or FunctionErrorCode.Moved or ErrorCode.Busy
            or ErrorCode.NoStack or ErrorCode.HostFull or ErrorCode.CircuitOpen or ErrorCode.BadSettings or ErrorCode.WasiBadConfiguration
            or ErrorCode.StateCorrupt or ErrorCode.StateUnavailable or ErrorCode.StateUnsupported => false, // what the call changed was undone
        _ => true,
    };

    private static bool IsUnavailable(string code) => code is ErrorCode.Busy or ErrorCode.HostFull or ErrorCode.NoStack or ErrorCode.CircuitOpen
        or ErrorCode.StoreLost or ErrorCode.StoreGone or ErrorCode.CompilerBusy or ErrorCode.Cancelled or ErrorCode.ImportServerGone
        or FunctionErrorCode.Moved or FunctionErrorCode.CatalogueUnavailable or FunctionErrorCode.ModulesUnavailable
        or ErrorCode.StateUnavailable;
}
