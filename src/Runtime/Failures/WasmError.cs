namespace WasmActors.Runtime.Failures;

/// <summary>A failure that is no trap: wrong arguments, a missing import, an invalid module, an exception of the host.</summary>
public sealed class WasmError : WasmException
{
    /// <summary>Makes an error.</summary>
    /// <param name="code">One of <see cref="ErrorCode"/>.</param>
    /// <param name="message">What was wrong, what was expected, what to do.</param>
    /// <param name="cause">The exception behind it, if there is one.</param>
    public WasmError(string code, string message, Exception? cause = null)
        : base(code, message, cause)
    {
    }

    internal WasmError(string code, string message, IReadOnlyList<TrapFrame> frames, Exception? cause)
        : base(code, message, cause) => Frames = frames;

    /// <summary>After how long it is worth trying again, where the failure is that something is full or busy: an estimate, precise to the
    /// microsecond, by how long those before took; else null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the guest was not called for it.</summary>
    internal bool WasNotBegun { get; init; }

    /// <summary>Where in the guest a host function failed, innermost first; empty where no guest was running.</summary>
    public IReadOnlyList<TrapFrame> Frames { get; } = [];

    private protected override IReadOnlyList<TrapFrame> GuestFrames => Frames;
}
