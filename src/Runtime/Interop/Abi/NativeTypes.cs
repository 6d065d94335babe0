using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

/// <summary><c>wasmtime_val_raw_t</c>: one number or vector without its kind, as the unchecked call path takes it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct RawVal
{
    [FieldOffset(0)] public int I32;
    [FieldOffset(0)] public long I64;
    [FieldOffset(0)] public float F32;
    [FieldOffset(0)] public double F64;
    [FieldOffset(0)] public ulong Low;
    [FieldOffset(8)] public ulong High;
}

/// <summary><c>wasmtime_func_t</c>; a store id of 0 means null where a reference is meant.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeFunc
{
    public ulong StoreId;
    public nint Private;
}

/// <summary><c>wasmtime_anyref_t</c>, <c>wasmtime_externref_t</c> and <c>wasmtime_exnref_t</c>: a rooted reference, owned.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeRef
{
    public ulong StoreId;
    public uint Private1;
    public uint Private2;
    public nint Private3;
}

/// <summary><c>wasmtime_val_t</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct NativeVal
{
    [FieldOffset(0)] public byte Kind;
    [FieldOffset(8)] public RawVal Number;
    [FieldOffset(8)] public NativeFunc Func;
    [FieldOffset(8)] public NativeRef Ref;
}

/// <summary><c>wasmtime_instance_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeInstance
{
    public ulong StoreId;
    public nuint Private;
}

/// <summary>
/// The largest of <c>wasmtime_global_t</c>, <c>wasmtime_table_t</c>, <c>wasmtime_memory_t</c>, <c>wasmtime_tag_t</c>
/// (24 bytes each). A function's identity uses its first 16 bytes. Plain indices: nothing to release.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeItem : IEquatable<NativeItem>
{
    public ulong StoreId;
    public ulong Private1;
    public ulong Private2;

    // The two are uint32_t, each with padding after it that may hold anything.
    public readonly bool Equals(NativeItem other) => StoreId == other.StoreId && (uint)Private1 == (uint)other.Private1 && (uint)Private2 == (uint)other.Private2;

    public override readonly bool Equals(object? obj) => obj is NativeItem other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(StoreId, (uint)Private1, (uint)Private2);
}

/// <summary><c>wasmtime_extern_t</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct NativeExtern
{
    [FieldOffset(0)] public byte Kind;
    [FieldOffset(8)] public NativeFunc Func;
    [FieldOffset(8)] public NativeItem Item;
}

/// <summary><c>wasm_byte_vec_t</c>, <c>wasm_frame_vec_t</c>, <c>wasm_importtype_vec_t</c> …: a length and its elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeVec
{
    public nuint Size;
    public void* Data;
}

/// <summary><c>wasmtime_heaptype_t</c> within <c>wasmtime_reftype_t</c> within <c>wasmtime_valtype_t</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct NativeValType
{
    [FieldOffset(0)] public byte Kind;
    [FieldOffset(8)] public byte Nullable;
    [FieldOffset(16)] public byte Heap;
    [FieldOffset(24)] public nint Concrete;
}
