using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Messages;

/// <summary>A failure as data: what every command may be answered with instead of its success.</summary>
/// <param name="Code">Stable, see <see cref="ErrorCode"/> and <see cref="TrapCodes"/>.</param>
/// <param name="Message">For people: what was wrong, what was expected, what to do.</param>
public sealed record WasmFailure(string Code, string Message)
{
    /// <summary>Why the guest trapped, or null where the failure is no trap.</summary>
    public TrapCode? TrapCode { get; init; }

    /// <summary>The guest's functions at the failure, innermost first; empty where none was running.</summary>
    public IReadOnlyList<TrapFrame> Frames { get; init; } = [];

    /// <summary>Exit status of a WASI program that ended itself, else null.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>Where the failure arose. Decisions about a store are made by this and the code together.</summary>
    public FailureOrigin Origin { get; init; }

    /// <summary>What became of the store, where the failure interrupted its guest or ended the store; else
    /// null.</summary>
    public StoreFate? Fate { get; init; }

    /// <summary>After how long it is worth trying again, where something is full or busy; else null. See <see
    /// cref="WasmError.RetryAfter"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Full name of the type of the exception behind the failure, else null.</summary>
    public string? CauseType { get; init; }

    /// <summary>Message of the exception behind the failure, bounded and escaped; else null.</summary>
    public string? CauseMessage { get; init; }

    /// <summary>The first 64 KiB of what a deployed function's guest wrote to standard error during the call; null
    /// where it wrote nothing. The guest's own text.</summary>
    public string? Stderr { get; init; }

    /// <summary>The failure itself as an exception, within the process where it happened; it does not travel.</summary>
    internal WasmException? Exception { get; init; }

    /// <summary>The failure that an exception describes.</summary>
    public static WasmFailure From(WasmException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new WasmFailure(exception.Code, exception.Message)
        {
            TrapCode = (exception as Trap)?.TrapCode,
            Frames = exception switch { Trap trap => trap.Frames, WasmError error => error.Frames, _ => [] },
            ExitStatus = (exception as WasiExit)?.Status,
            Origin = exception.Origin,
            Fate = exception.Fate,
            RetryAfter = (exception as WasmError)?.RetryAfter,
            CauseType = exception.InnerException?.GetType().FullName,
            CauseMessage = exception.InnerException is { } cause ? GuestText.MessageOf(cause) : null,
            Stderr = exception.Stderr,
            Exception = exception,
        };
    }

    /// <summary>Code and message, bounded and escaped.</summary>
    public override string ToString() => $"{GuestText.Clean(Code, GuestText.NameLimit)}: {GuestText.Clean(Message, GuestText.MessageLimit)}";

    /// <summary>The exception that a handle throws for this failure.</summary>
    public WasmException ToException()
    {
        if (Exception is { } here)
        {
            return here;
        }

        // Whoever answers an import may have left anything out.
        string message = Message ?? "The failure came without a message.";
        TrapFrame[] frames = [.. (Frames ?? []).Where(static frame => frame is not null)];
        WasmException exception = ExitStatus is { } status ? new WasiExit(status)
            : TrapCode is { } trap ? new Trap(trap, Code ?? trap.Text(), message, frames, null)
            : new WasmError(Code ?? ErrorCode.HostException, CauseType is null ? message : $"{message} (cause: {CauseType}: {CauseMessage})", frames, null) { RetryAfter = RetryAfter };
        exception.Fate = Fate;
        exception.Origin = Origin;
        exception.Stderr = Stderr;
        return exception;
    }
}
