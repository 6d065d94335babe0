using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Interop.Pages;

/// <summary>The bytes of a linear memory, page by page. The store must have been entered, and nothing may grow the
/// memory meanwhile.</summary>
/// <remarks>The memory belongs to the store. A view holds its address only, so it must not outlive the entry.</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe ref struct MemoryView
{
    /// <summary>Bytes of the pages that are compared, whatever the system's pages are.</summary>
    internal const int PageBytes = 4096;

    private readonly byte* _start;

    private MemoryView(byte* start, long length)
    {
        _start = start;
        Length = length;
    }

    /// <summary>Length of the memory in bytes.</summary>
    internal long Length { get; }

    /// <summary>Number of pages; the last may be cut off.</summary>
    internal long Pages => (Length + PageBytes - 1) / PageBytes;

    /// <summary>Address of the first byte.</summary>
    internal nint Start => (nint)_start;

    internal static MemoryView Of(WasmStore store, NativeItem memory) =>
        new(
            Native.wasmtime_memory_data(store.Context, &memory),
            (long)Native.wasmtime_memory_data_size(store.Context, &memory));

    /// <summary>Beginning of the system's page at an address.</summary>
    internal static ulong AlignDown(ulong address) => address & ~((ulong)Environment.SystemPageSize - 1);

    /// <summary>Beginning of the system's page at or behind an address.</summary>
    internal static ulong AlignUp(ulong address) => AlignDown(address + (ulong)Environment.SystemPageSize - 1);

    /// <summary>The pages between two addresses, of which the system's pages may be larger than these and reach
    /// beyond the memory.</summary>
    /// <param name="from">The first page of interest.</param>
    /// <param name="start">The first address.</param>
    /// <param name="end">The address behind the last.</param>
    internal PageRange RangeOf(long from, ulong start, ulong end) => new(
        Math.Max(from, (long)(start - (ulong)_start) / PageBytes),
        Math.Min(Pages, (long)(end - (ulong)_start) / PageBytes));

    /// <summary>The bytes of a page.</summary>
    internal Span<byte> Page(long page)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(page);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(page, Pages);
        long at = page * PageBytes;
        return new Span<byte>(_start + at, (int)Math.Min(PageBytes, Length - at));
    }
}
