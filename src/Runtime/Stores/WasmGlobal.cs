using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>A global of a store: one value, shared by all instances that import it.</summary>
public sealed class WasmGlobal : WasmExtern
{
    private GlobalType? _type;

    internal WasmGlobal(WasmStore store, in NativeExtern native, GlobalType? type)
        : base(store, native) => _type = type;

    /// <inheritdoc/>
    public override GlobalType Type
    {
        get
        {
            if (_type is null)
            {
                using var _ = Store.Enter();
                _type = GlobalBridge.TypeOf(Store, Native.Item);
            }

            return _type;
        }
    }

    /// <summary>Makes a global in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="type">Its type.</param>
    /// <param name="value">Its value, a plain C# value or a <see cref="Val"/>.</param>
    /// <exception cref="WasmError"><c>value.wrong_type</c></exception>
    public static WasmGlobal Create(WasmStore store, GlobalType type, object? value)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(type);
        using var _ = store.Enter();
        return new WasmGlobal(store, GlobalBridge.Create(store, type, Checked(value, type)), type);
    }

    /// <summary>Its value.</summary>
    public Val Get()
    {
        using var _ = Store.Enter();
        return GlobalBridge.Get(Store, Native.Item);
    }

    /// <summary>Sets its value, a plain C# value or a <see cref="Val"/>.</summary>
    /// <exception cref="WasmError"><c>global.immutable</c>, <c>value.wrong_type</c></exception>
    public void Set(object? value)
    {
        using var _ = Store.Enter();
        if (!Type.IsMutable)
        {
            throw new WasmError(ErrorCode.GlobalImmutable, $"The global is a constant ({Type}): it cannot be set.");
        }

        GlobalBridge.Set(Store, Native.Item, Checked(value, Type));
    }

    /// <inheritdoc/>
    public override string ToString() => Type.ToString();

    private static Val Checked(object? value, GlobalType type) =>
        ValConversion.TryConvert(value, type.Content, out string? problem) ?? throw new WasmError(ErrorCode.WrongType, $"Value of a global: {problem}");
}
