namespace WasmActors.Runtime.Values;

/// <summary>The type of a linear memory.</summary>
/// <param name="Minimum">Size at the start, in pages.</param>
/// <param name="Maximum">Largest size in pages, or null where the module names none.</param>
/// <param name="Is64">Whether addresses are 64 bits wide.</param>
/// <param name="IsShared">Whether several threads may use it at once.</param>
/// <param name="PageSizeLog2">Binary logarithm of the page size in bytes: 16 unless the module chose another.</param>
public sealed record MemoryType(ulong Minimum, ulong? Maximum = null, bool Is64 = false, bool IsShared = false, byte PageSizeLog2 = 16) : ExternType
{
    /// <inheritdoc/>
    public override ExternKind Kind => IsShared ? ExternKind.SharedMemory : ExternKind.Memory;

    /// <inheritdoc/>
    public override string ToString() =>
        $"memory{(Is64 ? "64" : "")} {Minimum}..{Maximum?.ToString() ?? ""} pages{(PageSizeLog2 == 16 ? "" : $" of {1UL << PageSizeLog2} bytes")}{(IsShared ? " shared" : "")}";
}
