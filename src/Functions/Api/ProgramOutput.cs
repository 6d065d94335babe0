namespace WasmActors.Functions.Api;

/// <summary>What a WASI program left.</summary>
/// <param name="Status">Its exit status, 0 for success.</param>
/// <param name="Stdout">What it wrote to standard output.</param>
/// <param name="Stderr">What it wrote to standard error, the first 64 KiB of it.</param>
public sealed record ProgramOutput(int Status, ReadOnlyMemory<byte> Stdout, ReadOnlyMemory<byte> Stderr);
