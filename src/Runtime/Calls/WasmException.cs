namespace WasmActors.Runtime.Calls;

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

    /// <summary>What became of the store, where the store lives in an actor and the failure interrupted its guest or ended the store; else null.</summary>
    public StoreFate? Fate { get; internal set; }

    /// <summary>What the host that carried a call out tells about it beside.</summary>
    internal object? Context { get; set; }
}
