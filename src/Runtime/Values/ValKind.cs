namespace WasmActors.Runtime.Values;

/// <summary>Which family of values a <see cref="Val"/> belongs to. The numbers are Wasmtime's <c>wasmtime_valkind_t</c>.</summary>
public enum ValKind : byte
{
    /// <summary>32-bit integer; WebAssembly gives it no sign.</summary>
    I32 = 0,

    /// <summary>64-bit integer; WebAssembly gives it no sign.</summary>
    I64 = 1,

    /// <summary>32-bit IEEE 754 number.</summary>
    F32 = 2,

    /// <summary>64-bit IEEE 754 number.</summary>
    F64 = 3,

    /// <summary>128-bit vector.</summary>
    V128 = 4,

    /// <summary>Reference to a function, or null.</summary>
    FuncRef = 5,

    /// <summary>Reference to an object of the host, or null.</summary>
    ExternRef = 6,

    /// <summary>Reference into the guest's garbage-collected heap (struct, array, i31), or null.</summary>
    AnyRef = 7,

    /// <summary>Reference to a guest's exception, or null.</summary>
    ExnRef = 8,
}
