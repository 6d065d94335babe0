namespace WasmActors.Runtime.Modules;

/// <summary>The size of an engine's pool of instances. Addresses are reserved at once, memory only when touched.</summary>
public sealed record PoolingSettings
{
    /// <summary>Most instances alive at the same time; each may have a heap and as many memories and tables as modules may have. Default 1,000.</summary>
    public int MaxInstances { get; init; } = 1000;

    /// <summary>Largest memory of an instance, in bytes, a multiple of 64 KiB. Default 1 GiB.</summary>
    public long MaxMemoryBytes { get; init; } = 1L << 30;

    /// <summary>Most elements of a table. Default 20,000.</summary>
    public int MaxTableElements { get; init; } = 20_000;

    /// <summary>Most memories of one module. Default 1.</summary>
    public int MaxMemoriesPerModule { get; init; } = 1;

    /// <summary>Most tables of one module. Default 4.</summary>
    public int MaxTablesPerModule { get; init; } = 4;

    /// <summary>Bytes of a slot's memory that are cleared and kept rather than given back to the system. Default 64 KiB.</summary>
    public int KeepResidentBytes { get; init; } = 64 * 1024;

    /// <summary>How many linear memories the pool holds: a guest's garbage-collected heap takes the place of one.</summary>
    internal uint MemorySlots(bool gc) => (uint)MaxInstances * (uint)Math.Max(1, MaxMemoriesPerModule + (gc ? 1 : 0));

    /// <summary>How many tables the pool holds.</summary>
    internal uint TableSlots => (uint)MaxInstances * (uint)Math.Max(1, MaxTablesPerModule);

    /// <summary>Address space that Wasmtime will reserve, rounded up: 4 GiB and a guard for each memory, 16 bytes for each element, and stacks.</summary>
    internal UInt128 ReservedBytes(bool gc) =>
        ((UInt128)MemorySlots(gc) * ((4UL << 30) + (64UL << 20))) + ((UInt128)TableSlots * ((16UL * (uint)MaxTableElements) + 65536)) + (4UL << 30);
}
