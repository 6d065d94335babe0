using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Compilation;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>A table of a store: references that guests call or use by index.</summary>
public sealed class WasmTable : WasmExtern
{
    private TableType? _type;

    internal WasmTable(WasmStore store, in NativeExtern native, TableType? type)
        : base(store, native) => _type = type;

    /// <summary>Its type. For a table that no module of this store exports under its own type, the minimum is the size when
    /// first asked, and the maximum unknown.</summary>
    public override TableType Type
    {
        get
        {
            if (_type is null)
            {
                using var _ = Store.Enter();
                _type = Store.KnownTable(Native.Item) ?? TableBridge.TypeOf(Store, Native.Item);
            }

            return _type;
        }
    }

    /// <summary>Current number of elements.</summary>
    public long Size
    {
        get
        {
            using var _ = Store.Enter();
            return TableBridge.Size(Store, Native.Item);
        }
    }

    /// <summary>Makes a table in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="type">Its type.</param>
    /// <param name="initial">Value of every element; default null.</param>
    /// <exception cref="WasmError"><c>value.wrong_type</c>, <c>store.limit_exceeded</c></exception>
    public static WasmTable Create(WasmStore store, TableType type, Val? initial = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(type);
        if (type.Element.IsNumeric)
        {
            throw new WasmError(ErrorCode.WrongType, $"A table holds references, and {type.Element} is none.");
        }

        using var _ = store.Enter();
        var value = Checked(initial ?? Val.Null(type.Element), type.Element);
        var claim = new Claim(ModuleDemand.Elements(type.Minimum), type.Maximum is { } most ? ModuleDemand.Elements(most) : long.MaxValue, "");
        return store.Count([], [claim], () => Make(store, type, value), static t => t.Size);
    }

    /// <summary>One element.</summary>
    /// <exception cref="WasmError"><c>table.out_of_range</c></exception>
    public Val Get(long index)
    {
        using var _ = Store.Enter();
        return TableBridge.Get(Store, Native.Item, index);
    }

    /// <summary>Sets one element.</summary>
    /// <exception cref="WasmError"><c>table.out_of_range</c>, <c>value.wrong_type</c></exception>
    public void Set(long index, Val value)
    {
        using var _ = Store.Enter();
        TableBridge.Set(Store, Native.Item, index, Checked(value, Type.Element));
    }

    /// <summary>Grows the table.</summary>
    /// <param name="elements">How many elements more.</param>
    /// <param name="initial">Value of the new elements; default null.</param>
    /// <returns>The size before.</returns>
    /// <exception cref="WasmError"><c>table.grow_failed</c>: its maximum or the store's limit stands against it.</exception>
    public long Grow(long elements, Val? initial = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        using var _ = Store.Enter();
        return TableBridge.Grow(Store, Native.Item, elements, Checked(initial ?? Val.Null(Type.Element), Type.Element));
    }

    /// <inheritdoc/>
    public override string ToString() => Type.ToString();

    private static WasmTable Make(WasmStore store, TableType type, Val initial)
    {
        var item = TableBridge.Create(store, type, initial);
        store.RememberTable(item.Item, type);
        return new WasmTable(store, item, type);
    }

    private static Val Checked(Val value, ValType element) =>
        ValConversion.TryConvert(value, element, out string? problem) ?? throw new WasmError(ErrorCode.WrongType, $"Element of a table: {problem}");
}
