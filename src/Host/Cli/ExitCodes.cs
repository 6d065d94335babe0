using WasmActors.Runtime.Calls;

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

    /// <summary>The time limit was reached.</summary>
    public const int Deadline = 124;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public const int Cancelled = 130;

    /// <summary>The guest trapped.</summary>
    public const int Trap = 134;

    /// <summary>All of them with their meaning, as <c>--help</c> and docs/command-line.md list them.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Ok, "done"),
        (Usage, "wrong options or arguments, those of an export included"),
        (ModuleInvalid, "the module is not valid"),
        (ModuleUnreadable, "the module's file cannot be read"),
        (Link, "an import is missing or does not fit"),
        (Internal, "an error of the host itself"),
        (Limit, "a limit stood against it, such as --max-memory, a feature that is not allowed, or one of --isolate"),
        (Node, "a node could not start, or lost its cluster"),
        (Cache, "the cache of compiled modules cannot be used"),
        (Output, "standard output cannot be written"),
        (Deadline, "the time limit was reached (--timeout)"),
        (Cancelled, "cancelled (Ctrl-C)"),
        (Trap, "the guest trapped, running out of --fuel included"),
    ];

    /// <summary>The exit code for a failure.</summary>
    public static int Of(Exception failure) => failure switch
    {
        WasiExit exit => exit.Status & 0xFF,
        WasmException wasm => Of(wasm),
        CommandLineException refused => refused.ExitCode,
        OperationCanceledException => Cancelled,
        IOException => Output,
        _ => Internal,
    };

    private static int Of(WasmException failure) => failure.Code switch
    {
        ErrorCode.DeadlineExceeded => Deadline,
        ErrorCode.Cancelled => Cancelled,
        _ when failure is Trap => Trap,
        ErrorCode.ModuleInvalid => ModuleInvalid,
        ErrorCode.ModuleUnreadable => ModuleUnreadable,
        ErrorCode.MissingImport or ErrorCode.ImportWrongKind or ErrorCode.ImportWrongType => Link,
        ErrorCode.LimitExceeded or ErrorCode.FeatureNotAllowed or ErrorCode.ModuleTooLarge or ErrorCode.ModuleTooExpensive => Limit,
        ErrorCode.BadArguments or ErrorCode.BadSettings or ErrorCode.WasiBadConfiguration => Usage,
        ErrorCode.ExportNotFound or ErrorCode.ExportWrongKind => Usage,
        _ => Internal,
    };
}
