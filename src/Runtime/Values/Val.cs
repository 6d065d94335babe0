using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Values;

/// <summary>One WebAssembly value with its kind: a number, a vector or a reference.</summary>
/// <remarks>
/// Numbers are kept bit for bit, NaN payloads included. A function reference holds a function of one store; a reference
/// into the guest's heap is opaque and belongs to one store; an external reference holds any object of the host.
/// </remarks>
public readonly struct Val : IEquatable<Val>
{
    private readonly ulong _low;
    private readonly ulong _high;
    private readonly object? _reference;

    private Val(ValKind kind, ulong low, ulong high = 0, object? reference = null)
    {
        Kind = kind;
        _low = low;
        _high = high;
        _reference = reference;
    }

    /// <summary>What kind of value this is.</summary>
    public ValKind Kind { get; }

    /// <summary>True for a null reference.</summary>
    public bool IsNull => Kind > ValKind.V128 && _reference is null;

    internal ulong LowBits => _low;

    internal ulong HighBits => _high;

    /// <summary>The object behind a reference: a function, a host object or an opaque reference; null for null and numbers.</summary>
    internal object? ReferenceObject => _reference;

    /// <summary>A 32-bit integer.</summary>
    public static Val I32(int value) => new(ValKind.I32, (uint)value);

    /// <summary>A 64-bit integer.</summary>
    public static Val I64(long value) => new(ValKind.I64, (ulong)value);

    /// <summary>A 32-bit float, bit for bit.</summary>
    public static Val F32(float value) => new(ValKind.F32, BitConverter.SingleToUInt32Bits(value));

    /// <summary>A 64-bit float, bit for bit.</summary>
    public static Val F64(double value) => new(ValKind.F64, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A vector.</summary>
    /// <param name="low">Bytes 0 to 7, little-endian.</param>
    /// <param name="high">Bytes 8 to 15, little-endian.</param>
    public static Val V128(ulong low, ulong high) => new(ValKind.V128, low, high);

    /// <summary>A vector.</summary>
    public static Val V128(UInt128 value) => new(ValKind.V128, (ulong)value, (ulong)(value >> 64));

    /// <summary>An object of the host, or null. The guest holds it until its own heap lets go of it.</summary>
    public static Val ExternRef(object? value) => new(ValKind.ExternRef, 0, 0, value);

    /// <summary>A function of a store, or null.</summary>
    public static Val FuncRef(WasmFunc? func) => new(ValKind.FuncRef, 0, 0, func);

    /// <summary>A null reference of a reference type.</summary>
    /// <exception cref="WasmError">The type is not a reference type.</exception>
    public static Val Null(ValType type) => type.IsNumeric
        ? throw new WasmError(ErrorCode.WrongType, $"{type} has no null: only reference types have.")
        : new(type.Kind, 0);

    /// <summary>The 32-bit integer.</summary>
    /// <exception cref="WasmError">The value is of another kind.</exception>
    public int AsI32() => (int)Expect(ValKind.I32);

    /// <summary>The 64-bit integer.</summary>
    /// <exception cref="WasmError">The value is of another kind.</exception>
    public long AsI64() => (long)Expect(ValKind.I64);

    /// <summary>The 32-bit float.</summary>
    /// <exception cref="WasmError">The value is of another kind.</exception>
    public float AsF32() => BitConverter.UInt32BitsToSingle((uint)Expect(ValKind.F32));

    /// <summary>The 64-bit float.</summary>
    /// <exception cref="WasmError">The value is of another kind.</exception>
    public double AsF64() => BitConverter.UInt64BitsToDouble(Expect(ValKind.F64));

    /// <summary>The vector as its low and high 8 bytes, little-endian.</summary>
    /// <exception cref="WasmError">The value is of another kind.</exception>
    public (ulong Low, ulong High) AsV128() => (Expect(ValKind.V128), _high);

    /// <summary>The host's object, or null. A reference that the guest converted from its own heap comes as a <see cref="WasmReference"/>.</summary>
    /// <exception cref="WasmError">The value is of another kind.</exception>
    public object? AsExternRef()
    {
        _ = Expect(ValKind.ExternRef);
        return _reference;
    }

    /// <summary>The function, or null.</summary>
    /// <exception cref="WasmError">The value is of another kind.</exception>
    public WasmFunc? AsFuncRef()
    {
        _ = Expect(ValKind.FuncRef);
        return _reference as WasmFunc;
    }

    /// <summary>The opaque reference into the guest's heap, or null.</summary>
    /// <exception cref="WasmError">The value is neither an anyref nor an exnref, nor an externref converted from one.</exception>
    public WasmReference? AsReference() => Kind > ValKind.FuncRef && _reference is null or WasmReference
        ? (WasmReference?)_reference
        : throw new WasmError(ErrorCode.WrongType, $"The value is of kind {Kind} and holds no reference into a guest's heap.");

    /// <summary>The value as a plain C# object: int, long, float, double, <see cref="UInt128"/>, or the object behind a reference.</summary>
    public object? ToObject() => Kind switch
    {
        ValKind.I32 => AsI32(),
        ValKind.I64 => AsI64(),
        ValKind.F32 => AsF32(),
        ValKind.F64 => AsF64(),
        ValKind.V128 => new UInt128(_high, _low),
        _ => _reference,
    };

    /// <summary>An int is an i32.</summary>
    public static implicit operator Val(int value) => I32(value);

    /// <summary>A long is an i64.</summary>
    public static implicit operator Val(long value) => I64(value);

    /// <summary>A float is an f32.</summary>
    public static implicit operator Val(float value) => F32(value);

    /// <summary>A double is an f64.</summary>
    public static implicit operator Val(double value) => F64(value);

    /// <summary>Same kind and same bits, or the same object.</summary>
    public static bool operator ==(Val left, Val right) => left.Equals(right);

    /// <summary>Another kind, other bits or another object.</summary>
    public static bool operator !=(Val left, Val right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Val other) =>
        Kind == other.Kind && _low == other._low && _high == other._high && Equals(_reference, other._reference);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Val other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _low, _high, _reference);

    /// <summary>Returns the value as text without its kind, for example <c>5</c>; see <see cref="ValText.Format"/>.</summary>
    public override string ToString() => ValText.Format(this);

    internal static Val Number(ValKind kind, ulong low, ulong high) => new(kind, low, high);

    internal static Val Reference(ValKind kind, object? reference) => new(kind, 0, 0, reference);

    private ulong Expect(ValKind kind) => Kind == kind
        ? _low
        : throw new WasmError(ErrorCode.WrongType, $"The value is of kind {Kind}, not {kind}: ask for what it is, or use ToObject().");
}
