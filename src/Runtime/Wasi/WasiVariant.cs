namespace WasmActors.Runtime.Wasi;

/// <summary>Which of WASI's functions a store gets from the host instead of from Wasmtime.</summary>
[Flags]
internal enum WasiVariant
{
    /// <summary>Those that every store gets.</summary>
    None = 0,

    /// <summary>Those that wait leave a guest that can be paused.</summary>
    Parks = 1,

    /// <summary>The host reads standard input.</summary>
    OwnInput = 2,
}
