namespace WasmActors.Functions.Api;

/// <summary>How arguments get into a guest and results out of it.</summary>
public enum CallingConvention
{
    /// <summary>Numbers and vectors by an export's own signature.</summary>
    Core,

    /// <summary>Bytes in, bytes out, through memory that the guest allocates; see docs/functions.md.</summary>
    Bytes,

    /// <summary>A WASI program, which is started for each call: standard input in, standard output and an exit status
    /// out.</summary>
    WasiCommand,
}
