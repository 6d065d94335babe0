namespace WasmActors.Runtime.Wasi;

/// <summary>Results of WASI functions, <c>__wasi_errno_t</c>.</summary>
internal static class WasiErrno
{
    internal const int Success = 0;

    internal const int BadDescriptor = 8;

    internal const int Invalid = 28;

    internal const int Io = 29;
}
