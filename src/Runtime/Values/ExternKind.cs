namespace WasmActors.Runtime.Values;

/// <summary>What can be imported and exported. The numbers are Wasmtime's <c>wasmtime_extern_kind_t</c>.</summary>
public enum ExternKind : byte
{
    /// <summary>A function.</summary>
    Func = 0,

    /// <summary>A global.</summary>
    Global = 1,

    /// <summary>A table.</summary>
    Table = 2,

    /// <summary>A linear memory.</summary>
    Memory = 3,

    /// <summary>A linear memory that several threads may use at once.</summary>
    SharedMemory = 4,

    /// <summary>An exception tag.</summary>
    Tag = 5,
}
