namespace WasmActors.Runtime.Values;

/// <summary>What a reference points to. The numbers are Wasmtime's <c>wasmtime_heaptype_kind_t</c>.</summary>
public enum HeapType : byte
{
    /// <summary>Any object of the host.</summary>
    Extern = 0,

    /// <summary>No object of the host: only null.</summary>
    NoExtern = 1,

    /// <summary>Any function.</summary>
    Func = 2,

    /// <summary>Functions of one type that the module defines.</summary>
    ConcreteFunc = 3,

    /// <summary>No function: only null.</summary>
    NoFunc = 4,

    /// <summary>Any object of the guest's heap.</summary>
    Any = 5,

    /// <summary>No object of the guest's heap: only null.</summary>
    None = 6,

    /// <summary>Objects that can be compared.</summary>
    Eq = 7,

    /// <summary>31-bit integers that need no heap.</summary>
    I31 = 8,

    /// <summary>Any array.</summary>
    Array = 9,

    /// <summary>Arrays of one type that the module defines.</summary>
    ConcreteArray = 10,

    /// <summary>Any struct.</summary>
    Struct = 11,

    /// <summary>Structs of one type that the module defines.</summary>
    ConcreteStruct = 12,

    /// <summary>Any exception.</summary>
    Exn = 13,

    /// <summary>Exceptions of one tag type that the module defines.</summary>
    ConcreteExn = 14,

    /// <summary>No exception: only null.</summary>
    NoExn = 15,
}
