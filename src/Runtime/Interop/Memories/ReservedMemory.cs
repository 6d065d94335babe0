using static WasmActors.Runtime.Interop.Machine.Mappings;

namespace WasmActors.Runtime.Interop.Memories;

/// <summary>
/// A linear memory with addresses reserved to grow into, between two guards: what compiled code relies on that does not compare addresses with
/// the memory's size. Whatever lies beyond the size cannot be accessed.
/// </summary>
internal static unsafe class ReservedMemory
{
    // What a memory gets to grow into when it begins beyond, or outgrows, the engine's reservation.
    private const nuint Headroom = 2u << 30;

    private const int None = 0;
    private const int ReadWrite = 0x1 | 0x2;

    // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    private const int Flags = 0x02 | 0x20 | 0x4000;

    /// <summary>Maps a memory of zeros.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="reserved">Addresses that it is to have at least.</param>
    /// <param name="guard">Bytes before and behind it that are never accessible.</param>
    /// <param name="capacity">Addresses that it has, without the guards.</param>
    /// <returns>Its address; 0 if the system has no room.</returns>
    internal static nint Take(nuint bytes, nuint reserved, nuint guard, out nuint capacity)
    {
        capacity = bytes <= reserved ? WholePages(reserved) : WholePages(bytes) + Headroom;
        nuint length = capacity + (2 * guard);
        if (WholePages(bytes) < bytes || length < bytes)
        {
            return 0; // more than there are addresses
        }

        nint start = mmap(0, length, None, Flags, -1, 0);
        if (start == -1)
        {
            return 0;
        }

        nint place = start + (nint)guard;
        if (bytes == 0 || mprotect(place, WholePages(bytes), ReadWrite) == 0)
        {
            return place;
        }

        _ = munmap(start, length);
        return 0;
    }

    /// <summary>Makes more of a memory accessible, which may move if it outgrows its capacity.</summary>
    /// <returns>Its address; 0 if the system has no room: the memory is as it was.</returns>
    internal static nint Grow(nint place, nuint used, nuint bytes, nuint guard, ref nuint capacity)
    {
        if (bytes > capacity)
        {
            nint larger = Take(bytes, 0, guard, out nuint room);
            if (larger != 0)
            {
                Buffer.MemoryCopy((void*)place, (void*)larger, room, used);
                Give(place, guard, capacity);
                capacity = room;
            }

            return larger;
        }

        nuint accessible = WholePages(used);
        nuint wanted = WholePages(bytes);
        return wanted == accessible || mprotect(place + (nint)accessible, wanted - accessible, ReadWrite) == 0 ? place : 0;
    }

    /// <summary>Unmaps a memory with its guards.</summary>
    internal static void Give(nint place, nuint guard, nuint capacity) => _ = munmap(place - (nint)guard, capacity + (2 * guard));

    private static nuint WholePages(nuint bytes)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        return (bytes + page - 1) & ~(page - 1);
    }
}
