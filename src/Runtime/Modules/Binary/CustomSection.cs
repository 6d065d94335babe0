namespace WasmActors.Runtime.Modules.Binary;

/// <summary>One custom section of a module's binary: data for tools, without meaning for execution.</summary>
/// <param name="Name">Its name: text that the guest chose, so anything of any length. Several sections may share one.</param>
/// <param name="Offset">Where its contents start (after the name), in bytes from the start of the binary.</param>
/// <param name="Length">Size of its contents without the name, in bytes; may be zero.</param>
public sealed record CustomSection(string Name, long Offset, long Length);
