using WasmActors.Runtime.Interop.Marshalling;

namespace WasmActors.Runtime.Values;

/// <summary>
/// The type of one parameter, result, global or table element: a number, a vector or a reference type.
/// </summary>
/// <remarks>
/// A type that a module defines itself (a struct, an array, a function or exception type) is opaque: it can be
/// compared and used in a <see cref="FuncType"/>, not taken apart.
/// </remarks>
public readonly struct ValType : IEquatable<ValType>
{
    private readonly ConcreteType? _concrete;

    private ValType(ValKind kind, HeapType heap = default, bool nullable = false, ConcreteType? concrete = null)
    {
        Kind = kind;
        Heap = heap;
        IsNullable = nullable;
        _concrete = concrete;
    }

    /// <summary>32-bit integer.</summary>
    public static ValType I32 => new(ValKind.I32);

    /// <summary>64-bit integer.</summary>
    public static ValType I64 => new(ValKind.I64);

    /// <summary>32-bit floating point number.</summary>
    public static ValType F32 => new(ValKind.F32);

    /// <summary>64-bit floating point number.</summary>
    public static ValType F64 => new(ValKind.F64);

    /// <summary>128-bit vector.</summary>
    public static ValType V128 => new(ValKind.V128);

    /// <summary>Function or null.</summary>
    public static ValType FuncRef => Reference(HeapType.Func);

    /// <summary>Object of the host or null.</summary>
    public static ValType ExternRef => Reference(HeapType.Extern);

    /// <summary>Object of the guest's heap or null.</summary>
    public static ValType AnyRef => Reference(HeapType.Any);

    /// <summary>Exception of the guest or null.</summary>
    public static ValType ExnRef => Reference(HeapType.Exn);

    /// <summary>The family of values of this type.</summary>
    public ValKind Kind { get; }

    /// <summary>What a reference of this type points to; meaningless for numbers and vectors.</summary>
    public HeapType Heap { get; }

    /// <summary>Whether null is a value of this reference type; false for numbers and vectors.</summary>
    public bool IsNullable { get; }

    /// <summary>True for i32, i64, f32, f64 and v128: values that need no reference into a store.</summary>
    public bool IsNumeric => Kind <= ValKind.V128;

    internal ConcreteType? Concrete => _concrete;

    /// <summary>A reference type over one of the abstract heap types.</summary>
    /// <param name="heap">What it points to; not one of the concrete kinds.</param>
    /// <param name="nullable">Whether null belongs to it; default true.</param>
    /// <exception cref="ArgumentException">A concrete kind was named: those come only out of a module's own types.</exception>
    public static ValType Reference(HeapType heap, bool nullable = true)
    {
        if (!Enum.IsDefined(heap))
        {
            throw new ArgumentOutOfRangeException(nameof(heap), heap, "There is no such heap type.");
        }

        if (heap is HeapType.ConcreteFunc or HeapType.ConcreteArray or HeapType.ConcreteStruct or HeapType.ConcreteExn)
        {
            throw new ArgumentException($"{heap} is defined by a module: take the type from the module's imports or exports.", nameof(heap));
        }

        return new ValType(KindOf(heap), heap, nullable);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ValKind.I32 => "i32",
        ValKind.I64 => "i64",
        ValKind.F32 => "f32",
        ValKind.F64 => "f64",
        ValKind.V128 => "v128",
        _ => ReferenceText(),
    };

    /// <inheritdoc/>
    public bool Equals(ValType other) =>
        Kind == other.Kind && Heap == other.Heap && IsNullable == other.IsNullable && Equals(_concrete, other._concrete);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Heap, IsNullable);

    /// <summary>Same type.</summary>
    public static bool operator ==(ValType left, ValType right) => left.Equals(right);

    /// <summary>Not the same type.</summary>
    public static bool operator !=(ValType left, ValType right) => !left.Equals(right);

    internal static ValType Defined(HeapType heap, bool nullable, ConcreteType concrete) => new(KindOf(heap), heap, nullable, concrete);

    internal static ValType Number(ValKind kind) => new(kind);

    private static ValKind KindOf(HeapType heap) => heap switch
    {
        HeapType.Extern or HeapType.NoExtern => ValKind.ExternRef,
        HeapType.Func or HeapType.ConcreteFunc or HeapType.NoFunc => ValKind.FuncRef,
        HeapType.Exn or HeapType.ConcreteExn or HeapType.NoExn => ValKind.ExnRef,
        _ => ValKind.AnyRef,
    };

    private string ReferenceText()
    {
        string name = Heap switch
        {
            HeapType.NoExtern => "noextern",
            HeapType.ConcreteFunc => "$func",
            HeapType.NoFunc => "nofunc",
            HeapType.ConcreteArray => "$array",
            HeapType.ConcreteStruct => "$struct",
            HeapType.ConcreteExn => "$exn",
            HeapType.NoExn => "noexn",
            _ => Heap.ToString().ToLowerInvariant(),
        };
        return IsNullable && Heap is (HeapType.Func or HeapType.Extern or HeapType.Any or HeapType.Exn)
            ? name + "ref"
            : $"(ref {(IsNullable ? "null " : "")}{name})";
    }
}
