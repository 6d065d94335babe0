namespace WasmActors.Runtime.Failures;

/// <summary>A WASI program ended itself with <c>proc_exit</c>: an outcome of its own, neither a trap nor an error.</summary>
public sealed class WasiExit : WasmException
{
    internal WasiExit(int status)
        : base(ErrorCode.WasiExit, $"The program ended with exit status {status}.") => Status = status;

    /// <summary>The exit status, 0 for success.</summary>
    public int Status { get; }
}
