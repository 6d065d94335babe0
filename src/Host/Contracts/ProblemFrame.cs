namespace WasmActors.Host.Contracts;

/// <summary>A function of a guest's backtrace.</summary>
/// <param name="Index">Its index in the module.</param>
/// <param name="Function">Its name, where the module tells.</param>
/// <param name="Module">The module's name, where it tells.</param>
/// <param name="Offset">Bytes from the start of the function's body.</param>
/// <param name="ModuleOffset">Bytes from the start of the module.</param>
/// <param name="File">Source file, where the module was built with debug information.</param>
/// <param name="Line">Line in that file, from 1.</param>
internal sealed record ProblemFrame(
    uint Index,
    string? Function = null,
    string? Module = null,
    long? Offset = null,
    long? ModuleOffset = null,
    string? File = null,
    int? Line = null);
