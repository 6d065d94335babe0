using WasmActors.Functions.Api;
using WasmActors.Host.Cli.Client;
using WasmActors.Host.Contracts;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cli;

/// <summary>
/// The program's exit codes, the one place that decides them. A WASI program's own status is passed on instead, and may be
/// any of them: only a failure of the host is told on standard error as <c>error: code</c>.
/// </summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Wrong options or arguments, those of an export included.</summary>
    public const int Usage = 2;

    /// <summary>The module is not valid.</summary>
    public const int ModuleInvalid = 65;

    /// <summary>The module's file cannot be read.</summary>
    public const int ModuleUnreadable = 66;

    /// <summary>The server cannot be reached, or what answers is none.</summary>
    public const int Server = 68;

    /// <summary>An import is missing or does not fit.</summary>
    public const int Link = 69;

    /// <summary>An error of the host itself.</summary>
    public const int Internal = 70;

    /// <summary>A limit stood against it.</summary>
    public const int Limit = 71;

    /// <summary>A node could not start, or lost its cluster.</summary>
    public const int Node = 72;

    /// <summary>The cache of compiled modules cannot be used by a command that needs it.</summary>
    public const int Cache = 73;

    /// <summary>Standard output cannot be written.</summary>
    public const int Output = 74;

    /// <summary>The server is busy or not ready: worth trying again.</summary>
    public const int TryAgain = 75;

    /// <summary>Another deployment came first.</summary>
    public const int Conflict = 76;

    /// <summary>The API key is missing, unknown or does not have the scope.</summary>
    public const int NotAllowed = 77;

    /// <summary>The time limit was reached.</summary>
    public const int Deadline = 124;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public const int Cancelled = 130;

    /// <summary>The guest trapped.</summary>
    public const int Trap = 134;

    // For a program's status that a process cannot have: its last 8 bits would say that all is well.
    private const int StatusOutOfRange = 255;

    private const string TrapCodes = "trap.";

    /// <summary>All of them with their meaning, as <c>--help</c> and docs/command-line.md list them.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Ok, "done"),
        (Usage, "wrong options or arguments, those of an export included"),
        (ModuleInvalid, "the module is not valid"),
        (ModuleUnreadable, "the module's file cannot be read"),
        (Server, "the server cannot be reached, or what answers is no WasmActors server"),
        (Link, "an import is missing or does not fit"),
        (Internal, "an error of the host itself, here or on the server"),
        (Limit, "a limit stood against it, such as --max-memory, a feature that is not allowed, or one of --isolate"),
        (Node, "a node could not start, or lost its cluster"),
        (Cache, "the cache of compiled modules cannot be used"),
        (Output, "standard output cannot be written"),
        (TryAgain, "the server is busy or not ready: try again later"),
        (Conflict, "another deployment came first (--expect)"),
        (NotAllowed, "the API key is missing, unknown, or not allowed to do this"),
        (Deadline, "the time limit was reached (--timeout, --request-timeout)"),
        (Cancelled, "cancelled (Ctrl-C)"),
        (Trap, "the guest trapped, running out of --fuel included"),
    ];

    /// <summary>The exit code for a WASI program's status: its last 8 bits, and 255 where those are 0 and it is not.</summary>
    public static int OfStatus(int status) => (status & 0xFF) is 0 && status != 0 ? StatusOutOfRange : status & 0xFF;

    /// <summary>The exit code for a failure.</summary>
    public static int Of(Exception failure) => failure switch
    {
        WasiExit exit => OfStatus(exit.Status),
        Trap { Code: not (ErrorCode.DeadlineExceeded or ErrorCode.Cancelled) } => Trap,
        WasmException wasm => OfCode(wasm.Code) ?? Internal,
        CommandLineException refused => refused.ExitCode,
        ServerFailure server => Of(server),
        OperationCanceledException => Cancelled,
        IOException => Output,
        _ => Internal,
    };

    private static int Of(ServerFailure failure) => failure switch
    {
        { Exit: { } exit } => OfStatus(exit.Status),
        _ when OfCode(failure.Code) is { } code => code,
        _ when failure.Code.StartsWith(TrapCodes, StringComparison.Ordinal) => Trap,
        { Status: 401 or 403 } => NotAllowed,
        { Status: 429 or 503 } => TryAgain,
        { Status: >= 400 and < 500 } => Usage,
        _ => Internal,
    };

    private static int? OfCode(string code) => code switch
    {
        ErrorCode.DeadlineExceeded or FunctionErrorCode.Unanswered or ServerErrorCode.Timeout => Deadline,
        ErrorCode.Cancelled => Cancelled,
        ErrorCode.ModuleInvalid => ModuleInvalid,
        ErrorCode.ModuleUnreadable => ModuleUnreadable,
        ErrorCode.MissingImport or ErrorCode.ImportWrongKind or ErrorCode.ImportWrongType or ErrorCode.WasiNeedsMemory => Link,
        ErrorCode.LimitExceeded or ErrorCode.FeatureNotAllowed or ErrorCode.ModuleTooLarge or ErrorCode.ModuleTooExpensive or FunctionErrorCode.PayloadTooLarge
            or ErrorCode.StateUnsupported or ApiErrorCode.BodyTooLarge => Limit,
        ErrorCode.BadArguments or ErrorCode.BadSettings or ErrorCode.WasiBadConfiguration => Usage,
        ErrorCode.ExportNotFound or ErrorCode.ExportWrongKind => Usage,
        FunctionErrorCode.BadName or FunctionErrorCode.BadKey or FunctionErrorCode.BadSpec or FunctionErrorCode.NotGranted or FunctionErrorCode.ChangeNotConfirmed or FunctionErrorCode.ModuleInUse => Usage,
        FunctionErrorCode.Conflict => Conflict,
        ServerErrorCode.Unreachable or ServerErrorCode.BadAnswer => Server,
        _ => null,
    };
}
