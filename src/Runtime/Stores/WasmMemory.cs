using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>A linear memory of a store. Reads and writes copy: no view of it can outlive a growth.</summary>
/// <remarks>
/// Addresses are in bytes. A guest's i32 pointer above 2 GiB arrives negative in C#: cast it to uint. Everything is checked
/// against the current length before any byte is touched.
/// </remarks>
public sealed class WasmMemory : WasmExtern
{
    private MemoryType? _type;

    internal WasmMemory(WasmStore store, in NativeExtern native, MemoryType? type)
        : base(store, native) => _type = type;

    /// <inheritdoc/>
    public override MemoryType Type
    {
        get
        {
            if (_type is null)
            {
                using var _ = Store.Enter();
                _type = MemoryBridge.TypeOf(Store, Native.Item);
            }

            return _type;
        }
    }

    /// <summary>Current length in bytes.</summary>
    public long Length
    {
        get
        {
            using var _ = Store.Enter();
            return MemoryBridge.Length(Store, Native.Item);
        }
    }

    /// <summary>Current length in pages (64 KiB each, unless the memory's type says otherwise).</summary>
    public long Pages => Length >> Type.PageSizeLog2;

    /// <summary>Makes a memory in a store.</summary>
    /// <exception cref="WasmError"><c>store.limit_exceeded</c>, or <c>engine.error</c> for a type that cannot be made.</exception>
    public static WasmMemory Create(WasmStore store, MemoryType type)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(type);
        if (type.IsShared)
        {
            throw new WasmError(ErrorCode.BadSettings, $"{type}: shared memories are not supported.");
        }

        using var _ = store.Enter();
        var claim = new Claim(
            MemoryDeclarations.Bytes(type.Minimum, type.PageSizeLog2),
            type.Maximum is { } most ? MemoryDeclarations.Bytes(most, type.PageSizeLog2) : long.MaxValue,
            "");
        var account = store.BeginHostMemory();
        account?.Admit(claim.Minimum);
        var memory = store.Count([claim], [], () => new WasmMemory(store, MemoryBridge.Create(store, type), type), static m => m.Length);
        account?.Add(memory.Native.Item);
        return memory;
    }

    /// <summary>Grows the memory.</summary>
    /// <param name="pages">How many pages more.</param>
    /// <returns>The size before, in pages.</returns>
    /// <exception cref="WasmError"><c>memory.grow_failed</c>: its maximum or the store's limit stands against it; <c>host.full</c>: the store's
    /// host has no room for it.</exception>
    public long Grow(long pages)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pages);
        using var entry = Store.Enter();
        Store.Account?.TakeRefusal(); // one of a guest's
        if (Store.HostMemories?.Has(Native.Item) == true)
        {
            Store.HostMemories.Admit(MemoryDeclarations.Bytes((ulong)pages, Type.PageSizeLog2));
        }

        WasmError? full = null;
        try
        {
            return MemoryBridge.Grow(Store, Native.Item, pages);
        }
        catch (WasmError) when ((full = Store.Account?.TakeRefusal()) is not null)
        {
            // The host's admission rejected it, and its error says why.
        }

        throw full;
    }

    /// <summary>Copies bytes out of the memory.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c></exception>
    public void Read(long address, Span<byte> destination)
    {
        using var _ = Store.Enter();
        MemoryBridge.Span(Store, Native.Item, address, destination.Length).CopyTo(destination);
    }

    /// <summary>Copies bytes out of the memory into a new array.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c></exception>
    public byte[] ReadBytes(long address, int length)
    {
        using var _ = Store.Enter();
        return MemoryBridge.Span(Store, Native.Item, address, length).ToArray();
    }

    /// <summary>Copies bytes into the memory.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c></exception>
    public void Write(long address, ReadOnlySpan<byte> source)
    {
        using var _ = Store.Enter();
        source.CopyTo(MemoryBridge.Span(Store, Native.Item, address, source.Length));
    }

    /// <summary>Reads a number or a struct without references, little-endian as it lies in memory.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c></exception>
    public T Read<T>(long address)
        where T : unmanaged
    {
        using var _ = Store.Enter();
        return MemoryBridge.Read<T>(Store, Native.Item, address);
    }

    /// <summary>Writes a number or a struct without references, little-endian.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c></exception>
    public void Write<T>(long address, T value)
        where T : unmanaged
    {
        using var _ = Store.Enter();
        MemoryBridge.Write(Store, Native.Item, address, value);
    }

    /// <summary>Reads text.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="byteLength">Its length in bytes.</param>
    /// <param name="encoding">UTF-8 by default; <see cref="Encoding.Unicode"/> for UTF-16.</param>
    /// <exception cref="WasmError"><c>memory.out_of_range</c>; <c>memory.bad_text</c>: the bytes are no such text.</exception>
    public string ReadString(long address, int byteLength, Encoding? encoding = null)
    {
        using var _ = Store.Enter();
        return StrictText.Decode(MemoryBridge.Span(Store, Native.Item, address, byteLength), address, encoding);
    }

    /// <summary>Writes text, without a terminating zero.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="WasmError"><c>memory.out_of_range</c>: nothing was written.</exception>
    public int WriteString(long address, string text, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = StrictText.Encode(text, encoding);
        Write(address, bytes);
        return bytes.Length;
    }

    /// <inheritdoc/>
    public override string ToString() => Type.ToString();
}
