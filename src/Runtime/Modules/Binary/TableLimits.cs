namespace WasmActors.Runtime.Modules.Binary;

/// <summary>The limits of a table as its module declares them.</summary>
/// <param name="Minimum">Number of elements at the start.</param>
/// <param name="Maximum">Largest number of elements, or null where the module names none.</param>
/// <param name="Is64">Whether indices are 64 bits wide.</param>
internal readonly record struct TableLimits(ulong Minimum, ulong? Maximum, bool Is64);
