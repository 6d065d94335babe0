using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Owns a copy of a value type that a module defines (<c>wasm_valtype_t</c>), to compare it and to pass it back.</summary>
/// <remarks>Wasmtime ends the process when types of two engines meet: that is checked here.</remarks>
internal sealed class ConcreteType : IEquatable<ConcreteType>
{
    private readonly nint _type;
    private readonly WasmEngine _engine;

    /// <summary>Copies the type; the argument stays the caller's.</summary>
    internal ConcreteType(nint type, WasmEngine engine)
    {
        _type = Native.wasm_valtype_copy(type);
        _engine = engine;
    }

    ~ConcreteType() => Native.wasm_valtype_delete(_type);

    public bool Equals(ConcreteType? other)
    {
        if (other is null || !ReferenceEquals(_engine, other._engine))
        {
            return false;
        }

        bool equal = Native.wasmtime_wasm_valtype_equal(_type, other._type) != 0;
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        return equal;
    }

    public override bool Equals(object? obj) => Equals(obj as ConcreteType);

    public override int GetHashCode() => 0;

    /// <summary>A copy that the caller owns.</summary>
    /// <exception cref="WasmError"><c>store.wrong_store</c>: the type belongs to another engine.</exception>
    internal nint CopyFor(WasmEngine engine)
    {
        RequireEngine(engine);
        nint copy = Native.wasm_valtype_copy(_type);
        GC.KeepAlive(this);
        return copy;
    }

    internal void RequireEngine(WasmEngine engine)
    {
        if (!ReferenceEquals(_engine, engine))
        {
            throw new WasmError(ErrorCode.WrongStore, "The type was defined by a module of another engine: take it from a module of the store's own.");
        }
    }
}
