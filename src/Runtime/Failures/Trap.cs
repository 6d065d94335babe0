namespace WasmActors.Runtime.Failures;

/// <summary>
/// A guest stopped itself or was stopped: a division by zero, an access out of bounds, an interrupt. Host functions throw it
/// too (<c>throw new Trap("Division by zero")</c>): the guest unwinds and the caller gets that same trap.
/// </summary>
public sealed class Trap : WasmException
{
    /// <summary>A trap that a host function raises, with code <c>trap.host</c>.</summary>
    /// <param name="message">What the caller of the guest's function will read.</param>
    public Trap(string message)
        : this(TrapCode.Host, message)
    {
    }

    /// <summary>A trap with one of WebAssembly's own codes.</summary>
    /// <param name="trapCode">Why.</param>
    /// <param name="message">For people; null for the code's usual words.</param>
    public Trap(TrapCode trapCode, string? message = null)
        : this(trapCode, trapCode.Text(), message ?? trapCode.Description(), [], null)
    {
    }

    internal Trap(TrapCode trapCode, string code, string message, IReadOnlyList<TrapFrame> frames, Exception? cause)
        : base(code, message, cause)
    {
        TrapCode = trapCode;
        Frames = frames;
    }

    /// <summary>Why the guest trapped. A deadline and a cancellation are <see cref="TrapCode.Interrupt"/> with a code of their own.</summary>
    public TrapCode TrapCode { get; }

    /// <summary>The guest's functions at the trap, innermost first; at most 64 of them.</summary>
    public IReadOnlyList<TrapFrame> Frames { get; }

    private protected override IReadOnlyList<TrapFrame> GuestFrames => Frames;
}
