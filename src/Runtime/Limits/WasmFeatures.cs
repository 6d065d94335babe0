namespace WasmActors.Runtime.Limits;

/// <summary>
/// What a module may use beyond what every module may: WebAssembly 2.0 with vectors, bulk memory, several results, and references
/// to functions and to the host's objects.
/// </summary>
/// <remarks>An engine says what can be compiled at all (<see cref="Modules.EngineSettings"/>); a store, which modules it takes
/// (<see cref="Stores.StoreOptions.Features"/>).</remarks>
[Flags]
public enum WasmFeatures
{
    /// <summary>Nothing beyond.</summary>
    None = 0,

    /// <summary>Tail calls.</summary>
    TailCalls = 1 << 0,

    /// <summary>Vector instructions whose results may differ from machine to machine.</summary>
    RelaxedSimd = 1 << 1,

    /// <summary>Memories and tables with addresses of 64 bits. Without <see cref="Modules.EngineSettings.ReserveMemory"/> growing one copies it.</summary>
    Memory64 = 1 << 2,

    /// <summary>More than one memory in a module.</summary>
    MultiMemory = 1 << 3,

    /// <summary>Structs, arrays and small integers in the guest's heap, which is collected, and references with types of their own.</summary>
    Gc = 1 << 4,

    /// <summary>Exceptions that guests throw and catch.</summary>
    Exceptions = 1 << 5,

    /// <summary>Atomic instructions. Memories that threads share are not to be had.</summary>
    Threads = 1 << 6,

    /// <summary>Arithmetic of 128 bits: a proposal.</summary>
    WideArithmetic = 1 << 7,

    /// <summary>Memories whose pages have one byte: a proposal.</summary>
    CustomPageSizes = 1 << 8,

    /// <summary>All of them.</summary>
    All = (1 << 9) - 1,
}
