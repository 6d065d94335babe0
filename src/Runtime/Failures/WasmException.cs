
namespace WasmActors.Runtime.Failures;

/// <summary>
/// What a store answers instead of a result: a <see cref="Trap"/> of the guest, a <see cref="WasiExit"/> of a WASI program,
/// or a <see cref="WasmError"/> for everything else.
/// </summary>
public abstract class WasmException : Exception
{
    private protected WasmException(string code, string message, Exception? cause = null)
        : base(message, cause) => Code = code;

    /// <summary>The stable code, see <see cref="ErrorCode"/> and <see cref="TrapCodes"/>.</summary>
    public string Code { get; }

    /// <summary>Where it arose. Decisions about a store are made by this and the code together.</summary>
    public FailureOrigin Origin { get; internal set; }

    /// <summary>What became of the store, where the store lives in an actor and the failure interrupted its guest or ended the store; else null.</summary>
    public StoreFate? Fate { get; internal set; }

    /// <summary>The first 64 KiB of what a deployed function's guest wrote to standard error during the call that failed; null where it wrote nothing.
    /// The guest's own text.</summary>
    public string? Stderr { get; internal set; }

    /// <summary>The guest's functions at the failure, innermost first; empty where none was running.</summary>
    private protected virtual IReadOnlyList<TrapFrame> GuestFrames => [];

    /// <summary>What the host that carried a call out tells about it beside.</summary>
    internal object? Context { get; set; }

    /// <summary>The store that it is of, by <see cref="Stores.WasmStore.Identity"/>; 0 where nobody said so, as for what a host function throws
    /// itself. Set once, by the first who knows.</summary>
    internal long Owner
    {
        get;
        set => field = field == 0 ? value : field;
    }

    /// <summary>The <see cref="Owner"/> of failures that came out of another process's store, or of a deployed function's.</summary>
    internal const long Elsewhere = long.MinValue;

    /// <summary>Whether the guest of the call was interrupted by its own store, which leaves it in the middle of its work.</summary>
    internal bool IsInterruption => Origin == FailureOrigin.Store && this is Trap { TrapCode: TrapCode.Interrupt };

    /// <summary>Returns type and message, then a line for each of the guest's functions at the failure, then what every exception shows.</summary>
    public override string ToString()
    {
        string text = base.ToString();
        string head = $"{GetType()}: {Message}";
        return GuestFrames.Count > 0 && text.StartsWith(head, StringComparison.Ordinal)
            ? $"{head}{string.Concat(GuestFrames.Select(static frame => $"{Environment.NewLine}   at guest {frame}"))}{text[head.Length..]}"
            : text;
    }
}
